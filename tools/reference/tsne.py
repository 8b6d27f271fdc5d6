"""Writes the embedding that the test of t-SNE compares with, computed by scikit-learn's exact method.

Usage: python3 -m venv V && V/bin/pip install scikit-learn==1.7.2 numpy==2.4.6 && V/bin/python tsne.py

Output: packages/eval/test/expected/t-sne.json, with points, start, labels, embedding, divergence, silhouette.
The points lie along two curves, and start in their order: with clouds, scikit-learn's own neighbours change
with the last digit of the start (86 % stay), and a comparison would say nothing.
"""

import json
from pathlib import Path

import numpy as np
from sklearn.manifold import TSNE
from sklearn.metrics import silhouette_score

rng = np.random.default_rng(0)


def curve(centre):
    """Sixty points along half a turn, in six dimensions."""
    angle = np.linspace(0, np.pi, 60)
    frame = np.linalg.qr(rng.normal(size=(6, 6)))[0]
    flat = np.stack([5 * np.cos(angle), 5 * np.sin(angle), angle], axis=1)
    return centre + flat @ frame[:3] + 0.02 * rng.normal(size=(60, 6))


points = np.round(np.concatenate([curve(0.0), curve(6.0)]), 4)
labels = np.repeat([0, 1], 60)
centred = points - points.mean(axis=0)
axes = np.linalg.svd(centred, full_matrices=False)[2][:2]
flat = centred @ axes.T
start = np.round(flat / flat[:, 0].std() * 1e-4, 8)


def neighbours(embedding, count=5):
    distance = ((embedding[:, None] - embedding[None]) ** 2).sum(-1)
    np.fill_diagonal(distance, np.inf)
    return [set(row) for row in np.argsort(distance, axis=1)[:, :count]]


def embed(begin):
    method = TSNE(method="exact", init=begin, perplexity=10)
    return method.fit_transform(points.astype(np.float64)), float(method.kl_divergence_)


embedding, divergence = embed(start)
other, _ = embed(start + 1e-7 * rng.normal(size=start.shape))
stay = np.mean([len(a & b) / 5 for a, b in zip(neighbours(embedding), neighbours(other))])
print(f"scikit-learn keeps {stay:.3f} of its own neighbours when the start moves by 1e-7")
content = {
    "points": points.tolist(),
    "start": start.tolist(),
    "labels": [str(label) for label in labels],
    "embedding": [[round(float(value), 3) for value in row] for row in embedding],
    "divergence": divergence,
    "silhouette": float(silhouette_score(points, labels)),
}
folder = Path(__file__).resolve().parents[2] / "packages" / "eval" / "test" / "expected"
(folder / "t-sne.json").write_text(json.dumps(content, separators=(",", ":")) + "\n")
