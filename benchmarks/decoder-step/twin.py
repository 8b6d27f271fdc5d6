"""The same step in plain PyTorch. Usage: python twin.py D L T B MODE, MODE of eager, compile, amp, amp-compile."""

import json
import os
import resource
import statistics
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

D, L, T, B = (int(value) for value in sys.argv[1:5])
mode = sys.argv[5]
HEADS, VOCABULARY = 4, 1024
WIDE = int(8 * D / 3 - (8 * D / 3) % 16)
DEVICE = os.environ.get("DEVICE", "cpu")
torch.set_default_device(DEVICE)
torch.backends.cuda.matmul.allow_tf32 = True  # as TensorFlow does
torch.manual_seed(0)
torch.set_num_threads(2)
torch.set_flush_denormal(True)  # as TensorFlow does; some processors take 20 times as long for tiny numbers

angles = torch.arange(T)[:, None] * 10000.0 ** (-torch.arange(0, D // HEADS, 2) / (D // HEADS))
COS, SIN = torch.cat([angles, angles], -1).cos(), torch.cat([angles, angles], -1).sin()


def rotate(x):
    first, second = x.chunk(2, -1)
    return x * COS + torch.cat([-second, first], -1) * SIN


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1, self.norm2 = nn.RMSNorm(D, eps=1e-6), nn.RMSNorm(D, eps=1e-6)
        self.q, self.k, self.v = nn.Linear(D, D), nn.Linear(D, D), nn.Linear(D, D)
        self.o = nn.Linear(D, D, bias=False)
        self.gate, self.up = nn.Linear(D, WIDE, bias=False), nn.Linear(D, WIDE, bias=False)
        self.down = nn.Linear(WIDE, D, bias=False)

    def forward(self, x):
        h = self.norm1(x)
        q, k, v = (f(h).view(B, T, HEADS, D // HEADS).transpose(1, 2) for f in (self.q, self.k, self.v))
        mixed = F.scaled_dot_product_attention(rotate(q), rotate(k), v, is_causal=True)
        x = x + self.o(mixed.transpose(1, 2).reshape(B, T, D))
        h = self.norm2(x)
        return x + self.down(F.silu(self.gate(h)) * self.up(h))


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(VOCABULARY, D)
        self.blocks = nn.ModuleList([Block() for _ in range(L)])
        self.norm = nn.RMSNorm(D, eps=1e-6)

    def forward(self, ids):
        x = self.embed(ids)
        for block in self.blocks:
            x = block(x)
        return F.linear(self.norm(x).view(-1, D), self.embed.weight)


model = Model()
run = torch.compile(model) if "compile" in mode else model
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0)
ids = torch.randint(0, VOCABULARY, (B, T))


def step():
    optimizer.zero_grad()
    with torch.autocast(DEVICE, torch.bfloat16, enabled="amp" in mode):
        loss = F.cross_entropy(run(ids).float(), ids.view(-1))
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return loss.item()


for _ in range(3):
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
