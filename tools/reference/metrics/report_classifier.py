"""A small random report classifier with CT-RATE's 18 labels, and what transformers says with it.

Usage: V/bin/python report_classifier.py, after bert_score_checkpoints.py
Output: packages/runner/test/expected/report-classifier/. The encoder and its tokenizer are those of the
BERTScore check, the head is random and names its labels in an order of its own; labels.json has the
probability of each label for each report. Only equality of numbers counts.
"""

import json
import shutil
from pathlib import Path

import torch
from transformers import AutoTokenizer, RobertaForSequenceClassification

EXPECTED = Path(__file__).resolve().parents[3] / "packages" / "runner" / "test" / "expected"
ENCODER, OUT = EXPECTED / "bert-score" / "roberta", EXPECTED / "report-classifier"
LABELS = [
    "Interlobular septal thickening", "Bronchiectasis", "Consolidation", "Peribronchial thickening",
    "Mosaic attenuation pattern", "Pleural effusion", "Pulmonary fibrotic sequela", "Lung opacity",
    "Lung nodule", "Atelectasis", "Emphysema", "Lymphadenopathy", "Hiatal hernia",
    "Coronary artery wall calcification", "Pericardial effusion", "Cardiomegaly",
    "Arterial wall calcification", "Medical material",
]  # fmt: skip


def reports():
    pairs = json.loads((ENCODER.parent / "scores.json").read_text())["pairs"]
    texts = [text for pair in pairs for text in pair if text.strip()]
    return texts + [" ".join(texts[:20])]  # the last one is longer than the model reads


if __name__ == "__main__":
    torch.set_num_threads(1)
    torch.manual_seed(3)
    model = RobertaForSequenceClassification.from_pretrained(
        ENCODER, num_labels=len(LABELS), problem_type="multi_label_classification",
        id2label=dict(enumerate(LABELS)), label2id={label: i for i, label in enumerate(LABELS)},
    ).eval()  # fmt: skip
    with torch.no_grad():
        for parameter in model.classifier.parameters():
            parameter.copy_(torch.randn_like(parameter))
    tokenizer = AutoTokenizer.from_pretrained(ENCODER)
    OUT.mkdir(exist_ok=True)
    model.save_pretrained(OUT)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(ENCODER / name, OUT / name)
    probabilities = []
    with torch.no_grad():
        for text in reports():
            inputs = tokenizer(text, return_tensors="pt", truncation=True, max_length=64)
            probabilities.append(torch.sigmoid(model(**inputs).logits)[0].tolist())
    expected = {"labels": LABELS, "reports": reports(), "probabilities": probabilities}
    (OUT / "labels.json").write_text(json.dumps(expected, ensure_ascii=False) + "\n")
