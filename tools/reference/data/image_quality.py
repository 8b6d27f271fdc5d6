"""Writes blur metrics of scikit-image for planes that the tests read back.

Usage: python3 -m venv V && V/bin/pip install -r requirements.txt && V/bin/python image_quality.py
Output: packages/data/test/expected/blur-effect.json.
"""

import json
from pathlib import Path

import numpy as np
from scipy import ndimage
from skimage.measure import blur_effect

OUTPUT = Path(__file__).resolve().parents[3] / "packages/data/test/expected/blur-effect.json"
HEIGHT, WIDTH = 22, 31


def planes():
    random = np.random.default_rng(1)
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    disc = np.where((x - 14) ** 2 + (y - 10) ** 2 < 49, 190, 40)
    texture = random.integers(0, 256, (HEIGHT, WIDTH))
    for name, plane in {"disc": disc, "texture": texture, "ramp": 8 * x}.items():
        for size in (1, 3, 7):
            yield f"{name}, box {size}", np.round(ndimage.uniform_filter(plane.astype(float), size))
    yield "flat", np.full((HEIGHT, WIDTH), 90.0)


OUTPUT.write_text(
    json.dumps(
        {
            "height": HEIGHT,
            "width": WIDTH,
            "planes": [
                {"name": name, "plane": plane.astype(int).ravel().tolist(), "blur": float(blur_effect(plane))}
                for name, plane in planes()
            ],
        }
    )
    + "\n"
)
