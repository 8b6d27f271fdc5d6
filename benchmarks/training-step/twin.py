"""The same step in PyTorch, on the same shapes. Usage: python twin.py MODE THREADS

MODE is plain, as it is usually written: whole sequences, each with its image, all of every layer; or shared,
with our trick: an image's tokens once for its questions, the last layer at answer places.
"""

import json
import resource
import statistics
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

mode, threads = sys.argv[1], int(sys.argv[2])
torch.manual_seed(0)
torch.set_num_threads(threads)
torch.set_flush_denormal(True)  # as TensorFlow does; some processors take 20 times as long for tiny numbers

VOCABULARY, E, WIDE, LAYERS, HEADS, GROUPS, SIZE = 640, 96, 256, 3, 4, 4, 24
SIDE, FEATURES, POSITIONS, HIDDEN = 12, 96, 32, 256  # patches along an edge, and the projection's sizes
ANSWER = 4  # tokens of an answer
LENGTH = 160  # of a whole sequence
# images, questions each, units, block, prefix and rest of a sequence, organ tokens
SLICE = {"images": 4, "each": 5, "units": 1, "block": 2, "prefix": 44, "rest": 48, "organ": 9}
VOLUME = {"images": 1, "each": 10, "units": 10, "block": 4, "prefix": 98, "rest": 48, "organ": 10}
KINDS = [SLICE, VOLUME]


def rotation(begin, end):
    frequencies = 10000.0 ** (-torch.arange(0, SIZE, 2) / SIZE)
    angles = torch.arange(begin, end)[:, None] * frequencies
    return torch.cat([angles, angles], -1)


def rotate(x, angles):
    first, second = x.chunk(2, -1)
    return x * angles.cos() + torch.cat([-second, first], -1) * angles.sin()


def heads(x, rows, count):
    return x.reshape(rows, -1, count, SIZE).transpose(1, 2)


def merge(x):
    return x.transpose(1, 2).reshape(-1, HEADS * SIZE)


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1, self.norm2 = nn.RMSNorm(E, eps=1e-6), nn.RMSNorm(E, eps=1e-6)
        self.q, self.k, self.v = nn.Linear(E, E), nn.Linear(E, GROUPS * SIZE), nn.Linear(E, GROUPS * SIZE)
        self.o = nn.Linear(E, E, bias=False)
        self.gate, self.up = nn.Linear(E, WIDE, bias=False), nn.Linear(E, WIDE, bias=False)
        self.down = nn.Linear(WIDE, E, bias=False)

    def after(self, x, mixed):
        x = x + self.o(mixed)
        h = self.norm2(x)
        return x + self.down(F.silu(self.gate(h)) * self.up(h))


class Projection(nn.Module):
    """OmniCT Eqs. 2 to 5 at the demo's sizes."""

    def __init__(self):
        super().__init__()
        width = FEATURES + POSITIONS
        self.experts = nn.ModuleDict({
            str(kind["block"]): nn.Linear(width * kind["block"] ** 2, HIDDEN) for kind in KINDS})
        self.shared = nn.Linear(HIDDEN, E)

    def forward(self, features, encoding, pooling, block):
        batch, units, side = features.shape[:3]
        tokens = torch.cat([features, encoding.expand(batch, -1, -1, -1, -1)], -1)
        rows, width = side // block, tokens.shape[-1]
        tokens = tokens.view(batch, units, rows, block, rows, block, width).permute(0, 1, 2, 4, 3, 5, 6)
        tokens = tokens.reshape(batch, units, rows, rows, block * block * width)
        tokens = self.shared(F.gelu(self.experts[str(block)](tokens))).flatten(1, 3)
        return tokens, pooling @ tokens


embedding = nn.Embedding(VOCABULARY, E)
blocks = nn.ModuleList([Block() for _ in range(LAYERS)])
norm = nn.RMSNorm(E, eps=1e-6)
projection = Projection()
parameters = [p for m in (embedding, blocks, norm, projection) for p in m.parameters()]
optimizer = torch.optim.AdamW(parameters, lr=1e-3, weight_decay=0)

for kind in KINDS:
    # Plain, an image is projected again for each of its questions.
    count = kind["images"] * (1 if mode == "shared" else kind["each"])
    organ = kind["organ"] * (kind["each"] if mode == "shared" else 1)
    kind["features"] = torch.randn(count, kind["units"], SIDE, SIDE, FEATURES)
    kind["encoding"] = torch.randn(1, kind["units"], SIDE, SIDE, POSITIONS)
    kind["pooling"] = torch.rand(count, organ, kind["units"] * (SIDE // kind["block"]) ** 2)
    kind["rows"] = kind["images"] * kind["each"]
    kind["ids"] = torch.randint(0, VOCABULARY, (kind["rows"], LENGTH))
answers = torch.cat([kind["ids"][:, :ANSWER] for kind in KINDS]).reshape(-1)


def plain_hidden():
    rows = []
    for kind in KINDS:
        tokens, organ = projection(kind["features"], kind["encoding"], kind["pooling"], kind["block"])
        visual = torch.cat([tokens, organ], 1)
        text = embedding(kind["ids"][:, visual.shape[1]:])
        rows.append(torch.cat([visual, text], 1))
    x = torch.cat(rows).reshape(-1, E)
    count = x.shape[0] // LENGTH
    angles = rotation(0, LENGTH)
    for block in blocks:
        h = block.norm1(x)
        q, k = (rotate(heads(f(h), count, n), angles) for f, n in ((block.q, HEADS), (block.k, GROUPS)))
        v = heads(block.v(h), count, GROUPS)
        mixed = F.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=True)
        x = block.after(x, merge(mixed))
    return norm(x).reshape(count, LENGTH, E)[:, -ANSWER - 1:-1].reshape(-1, E)


def shared_hidden():
    parts, sizes = [], []
    for kind in KINDS:
        tokens, organ = projection(kind["features"], kind["encoding"], kind["pooling"], kind["block"])
        before = embedding(kind["ids"][:kind["images"], :kind["prefix"] - tokens.shape[1]])
        text = embedding(kind["ids"][:, :kind["rest"] - kind["organ"]])
        prefix = torch.cat([before, tokens], 1)
        rest = torch.cat([organ.reshape(kind["rows"], kind["organ"], E), text], 1)
        parts += [prefix.reshape(-1, E), rest.reshape(-1, E)]
        sizes += [parts[-2].shape[0], parts[-1].shape[0]]
    x = torch.cat(parts)
    places = slice(-ANSWER - 1, -1)
    for index, block in enumerate(blocks):
        last = index == LAYERS - 1
        h = block.norm1(x)
        keys, values = block.k(h).split(sizes), block.v(h).split(sizes)
        if last:
            pick = lambda t, kind, i: t.split(sizes)[i].reshape(kind["rows"], -1, E)[:, places].reshape(-1, E)
            x = torch.cat([pick(x, kind, 2 * i + 1) for i, kind in enumerate(KINDS)])
            picked = torch.cat([pick(h, kind, 2 * i + 1) for i, kind in enumerate(KINDS)])
            queries = block.q(picked).split([kind["rows"] * ANSWER for kind in KINDS])
        else:
            queries = block.q(h).split(sizes)
        outputs = []
        for i, kind in enumerate(KINDS):
            images, rows, before, rest = kind["images"], kind["rows"], kind["prefix"], kind["rest"]
            far, near = rotation(0, before), rotation(before, before + rest)
            k_far, v_far = rotate(heads(keys[2 * i], images, GROUPS), far), heads(values[2 * i], images, GROUPS)
            k_near = rotate(heads(keys[2 * i + 1], rows, GROUPS), near)
            v_near = heads(values[2 * i + 1], rows, GROUPS)
            if not last:
                q = rotate(heads(queries[2 * i], images, HEADS), far)
                outputs.append(merge(F.scaled_dot_product_attention(q, k_far, v_far, is_causal=True, enable_gqa=True)))
            q = rotate(heads(queries[i if last else 2 * i + 1], rows, HEADS), near[places] if last else near)
            repeat = lambda t: t.repeat_interleave(kind["each"], 0)
            own = torch.ones(rest, rest, dtype=torch.bool).tril()
            mask = torch.cat([torch.ones(rest, before, dtype=torch.bool), own], 1)
            mixed = F.scaled_dot_product_attention(
                q, torch.cat([repeat(k_far), k_near], 2), torch.cat([repeat(v_far), v_near], 2),
                attn_mask=mask[places] if last else mask, enable_gqa=True)
            outputs.append(merge(mixed))
        x = block.after(x, torch.cat(outputs))
    return norm(x)


def step():
    hidden = shared_hidden() if mode == "shared" else plain_hidden()
    loss = F.cross_entropy(F.linear(hidden, embedding.weight), answers)  # logits of answer tokens only, as ours
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(parameters, 1.0)
    optimizer.step()
    return loss.item()


for _ in range(5):
    step()
print("ready", flush=True)
for line in sys.stdin:
    times, steps = [], int(line.split()[1])
    before = time.process_time()
    for _ in range(steps):
        started = time.perf_counter()
        step()
        times.append(1000 * (time.perf_counter() - started))
    cpu = 1000 * (time.process_time() - before) / steps
    memory = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    print(json.dumps({"ms": statistics.median(times), "cpuMs": cpu, "memory": memory}), flush=True)
