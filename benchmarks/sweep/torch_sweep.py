"""The quickstart sweep as a plain PyTorch script: five trials, one after another, each from the image files on.

Usage: python torch_sweep.py DATASET PRESETS THREADS

DATASET is the folder that the dataset stage wrote, PRESETS holds siglip-tiny and qwen2-tiny. Same images,
questions, checkpoints, batch sizes, epochs and learning rates as the sweep; simpler where it costs no time:
positions are fixed random vectors, organ tokens an even split of the organ's tokens, the projection starts from
random weights, so that its answers are worse. Prints seconds and
closed accuracy of each trial as JSON.
"""

import json
import math
import random
import sys
import time
from pathlib import Path

import nibabel
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from transformers import PreTrainedTokenizerFast, Qwen2ForCausalLM, SiglipVisionModel, logging

dataset, presets, threads = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
torch.set_num_threads(threads)
torch.set_flush_denormal(True)  # as TensorFlow does; some processors take 20 times as long for tiny numbers
logging.set_verbosity_error()  # the head that SigLIP pools with is in no checkpoint of ours
SIDE, GRID, WIDE, HIDDEN = 108, 12, 96, 256  # of an image, of its patches, of a token, inside the projection
BLOCKS = {"slice": 2, "volume": 4}  # patches along a token's edge
BATCH = 32
TRIALS = [("no-image", None, None), *((f"sce {sce} ose {ose}", sce, ose) for sce in (0, 1) for ose in (0, 1))]
records = [json.loads(line) for line in (dataset / "records.jsonl").read_text().splitlines()]
tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(presets / "qwen2-tiny/tokenizer.json"))
END, PAD = (tokenizer.convert_tokens_to_ids(name) for name in ("<|im_end|>", "<|endoftext|>"))


def load(path, modality, mode):
    values = np.asarray(nibabel.load(dataset / path).dataobj, dtype="f4")[::-1, ::-1].transpose(2, 1, 0)
    depth = 32 if modality == "volume" else 1
    if mode == "trilinear":
        values = np.clip((values - 150) / 350, -1, 1)  # -200 to 500 HU
    return F.interpolate(torch.from_numpy(values.copy())[None, None], size=(depth, SIDE, SIDE), mode=mode)[0, 0]


def units_of(volume, sce):
    if volume.shape[0] == 1:
        return volume.expand(3, -1, -1)[None]
    groups = volume[:30].view(10, 3, SIDE, SIDE)
    return groups if sce else groups[:, 1:2].expand(-1, 3, -1, -1)


def region_of(record, mask, shape):
    """Tokens of the organ asked about, or all of them."""
    if mask is None:
        return torch.ones(shape, dtype=torch.bool).flatten()
    labels = record.get("organLabels")
    organ = torch.isin(mask, torch.tensor(labels, dtype=mask.dtype)) if labels else mask > 0
    pooled = F.adaptive_max_pool3d(organ.float()[None, None], shape)[0, 0].bool().flatten()
    return pooled if pooled.any() else torch.ones_like(pooled)


class Projection(nn.Module):
    """OmniCT Eqs. 2 to 5 at the demo's sizes; without SCE no positions."""

    def __init__(self, sce):
        super().__init__()
        width = 128 if sce else 96
        self.sce = sce
        self.experts = nn.ModuleDict(
            {kind: nn.Linear(block ** 2 * width, HIDDEN) for kind, block in BLOCKS.items()})
        self.shared = nn.Linear(HIDDEN, WIDE)
        self.register_buffer("encoding", torch.randn(10, GRID, GRID, 32), persistent=False)

    def forward(self, features):
        units = features.shape[0]
        if self.sce:
            features = torch.cat([features, self.encoding[:units]], -1)
        kind = "slice" if units == 1 else "volume"
        block = BLOCKS[kind]
        rows = GRID // block
        features = features.view(units, rows, block, rows, block, -1).transpose(2, 3).reshape(units, rows, rows, -1)
        return self.shared(F.gelu(self.experts[kind](features))).flatten(0, 2)


def embed(sample, llm, projection, ose):
    words = llm.model.embed_tokens(sample["ids"])
    if projection is None:
        return words
    tokens = projection(sample["features"])
    if ose:
        parts = tokens[sample["region"]].tensor_split(9 if sample["units"] == 1 else 10)
        filled = [part.mean(0) if len(part) else tokens.mean(0) for part in parts]
        tokens = torch.cat([tokens, torch.stack(filled)])
    return torch.cat([tokens, words])


def train(samples, llm, projection, ose, parameters, rate, epochs, generator, beta2=0.999):
    optimizer = torch.optim.AdamW(parameters, lr=rate, betas=(0.9, beta2), weight_decay=0)
    order = []
    while len(order) < epochs * len(samples):
        order += generator.sample(range(len(samples)), len(samples))
    order = order[: int(epochs * len(samples))]
    total = math.ceil(len(order) / BATCH)
    for step in range(total):
        batch = [samples[i] for i in order[BATCH * step : BATCH * (step + 1)]]
        rows = [embed(sample, llm, projection, ose) for sample in batch]
        length = max(map(len, rows))
        labels = torch.full((len(batch), length), -100)
        for i, (row, sample) in enumerate(zip(rows, batch)):
            labels[i, len(row) - sample["answer"] : len(row)] = sample["ids"][-sample["answer"] :]
        mask = torch.stack([torch.arange(length) < len(row) for row in rows]).long()
        stacked = torch.stack([F.pad(row, (0, 0, 0, length - len(row))) for row in rows])
        hidden = llm.model(inputs_embeds=stacked, attention_mask=mask, use_cache=False).last_hidden_state
        chosen = labels[:, 1:] != -100
        loss = F.cross_entropy(llm.lm_head(hidden[:, :-1][chosen]), labels[:, 1:][chosen])
        warm = max(1, int(0.03 * total))
        scale = (step + 1) / warm if step < warm else 0.5 * (1 + math.cos(math.pi * (step - warm) / max(1, total - warm)))
        for group in optimizer.param_groups:
            group["lr"] = rate * scale
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()


@torch.no_grad()
def answer(samples, llm, projection, ose):
    right = closed = 0
    for start in range(0, len(samples), BATCH):
        batch = samples[start : start + BATCH]
        rows = [embed({**s, "ids": s["ids"][: -s["answer"]]}, llm, projection, ose) for s in batch]
        length = max(map(len, rows))
        mask = torch.stack([torch.arange(length) >= length - len(row) for row in rows]).long()
        stacked = torch.stack([F.pad(row, (0, 0, length - len(row), 0)) for row in rows])
        out = llm.generate(inputs_embeds=stacked, attention_mask=mask, max_new_tokens=96, do_sample=False,
                           eos_token_id=END, pad_token_id=PAD)
        for sample, ids in zip(batch, out):
            if sample["closed"]:
                closed += 1
                right += tokenizer.decode(ids, skip_special_tokens=True).strip() == sample["text"]
    return right / closed


def trial(sce, ose):
    torch.manual_seed(0)
    vision = sce is not None
    llm = Qwen2ForCausalLM.from_pretrained(presets / "qwen2-tiny", dtype=torch.float32).eval()
    projection = Projection(sce) if vision else None
    images = {}
    if vision:
        tower = SiglipVisionModel.from_pretrained(presets / "siglip-tiny", dtype=torch.float32).eval()
        for record in records:
            if record["image"] in images:
                continue
            volume = load(record["image"], record["modality"], "trilinear")
            mask = load(record["mask"], record["modality"], "nearest") if ose and "mask" in record else None
            with torch.no_grad():
                features = tower(pixel_values=units_of(volume, sce)).last_hidden_state.view(-1, GRID, GRID, 96)
            images[record["image"]] = (features, mask)
    samples = {"train": [], "test": []}
    for record in records:
        if record["split"] not in samples:
            continue
        prompt = f"<|im_start|>user\n{record['question']}<|im_end|>\n<|im_start|>assistant\n"
        end = [*tokenizer.encode(record["answer"], add_special_tokens=False), END]
        ids = torch.tensor([*tokenizer.encode(prompt, add_special_tokens=False), *end])
        sample = {"ids": ids, "answer": len(end), "text": record["answer"],
                  "closed": record["taskType"] in ("multi-choice", "judgment")}
        if vision:
            features, mask = images[record["image"]]
            shape = (1, 6, 6) if len(features) == 1 else (10, 3, 3)
            sample |= {"features": features, "units": len(features), "region": region_of(record, mask, shape)}
        samples[record["split"]].append(sample)
    generator = random.Random(0)
    if vision:
        llm.requires_grad_(False)
        train(samples["train"], llm, projection, ose, list(projection.parameters()), 1e-4, 1, generator)
        llm.requires_grad_(True)
    parameters = [*llm.parameters(), *(projection.parameters() if vision else [])]
    train(samples["train"], llm, projection, ose, parameters, 1e-4, 2, generator, beta2=0.98)
    return answer(samples["test"], llm, projection, ose)


found = {}
for name, sce, ose in TRIALS:
    started = time.perf_counter()
    accuracy = trial(sce, ose)
    found[name] = {"seconds": time.perf_counter() - started, "closedAccuracy": accuracy}
    print(name, found[name], file=sys.stderr, flush=True)
print(json.dumps(found))
