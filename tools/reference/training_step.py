"""The demo's training step in plain PyTorch: what benchmarks/training-step compares with.

Usage: python training_step.py STEPS THREADS LENGTH
"""

import json
import statistics
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn
from transformers import Qwen2Config, Qwen2ForCausalLM

steps, threads, length = (int(value) for value in sys.argv[1:4])
torch.set_num_threads(threads)
torch.manual_seed(0)


class Projection(nn.Module):
    """OmniCT Eqs. 2 to 5 at the demo's sizes."""

    def __init__(self):
        super().__init__()
        self.slice_expert = nn.Linear(128, 96)
        self.volume_expert = nn.Linear(128 * 9, 96)
        self.shared = nn.Linear(96, 96)

    def forward(self, features, encoding, pooling, block):
        batch, units, side = features.shape[:3]
        tokens = torch.cat([features, encoding.expand(batch, -1, -1, -1, -1)], -1)
        if block > 1:
            rows = side // block
            tokens = tokens.view(batch, units, rows, block, rows, block, 128).permute(0, 1, 2, 4, 3, 5, 6)
            tokens = tokens.reshape(batch, units, rows, rows, block * block * 128)
        expert = self.volume_expert if block > 1 else self.slice_expert
        tokens = self.shared(F.gelu(expert(tokens))).flatten(1, 3)
        return torch.cat([tokens, pooling @ tokens], 1)


llm = Qwen2ForCausalLM(Qwen2Config(
    vocab_size=512, hidden_size=96, intermediate_size=240, num_hidden_layers=3, num_attention_heads=4,
    num_key_value_heads=2, max_position_embeddings=1024, tie_word_embeddings=True, use_cache=False,
))
projection = Projection()
parameters = [*projection.parameters(), *llm.parameters()]
optimizer = torch.optim.AdamW(parameters, lr=1e-3, weight_decay=0)
slices, volumes = torch.randn(8, 1, 9, 9, 96), torch.randn(8, 10, 9, 9, 96)
slice_encoding, volume_encoding = torch.randn(1, 1, 9, 9, 32), torch.randn(1, 10, 9, 9, 32)
slice_pooling, volume_pooling = torch.rand(8, 9, 81), torch.rand(8, 10, 90)
ids = torch.randint(0, 512, (16, length))
labels = torch.full((16, length), -100)
labels[:, -6:] = ids[:, -6:]


def step():
    visual_slices = projection(slices, slice_encoding, slice_pooling, 1)
    visual_volumes = projection(volumes, volume_encoding, volume_pooling, 3)
    embedded = llm.model.embed_tokens(ids)
    rows = [torch.cat([visual, embedded[i, visual.shape[0]:]])
            for i, visual in enumerate([*visual_slices, *visual_volumes])]
    hidden = llm.model(inputs_embeds=torch.stack(rows)).last_hidden_state
    chosen = labels[:, 1:] != -100  # logits of answer tokens only, as ours
    loss = F.cross_entropy(llm.lm_head(hidden[:, :-1][chosen]), labels[:, 1:][chosen])
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(parameters, 1.0)
    optimizer.step()
    return loss.item()


times = []
for index in range(steps + 5):
    started = time.perf_counter()
    step()
    if index >= 5:
        times.append(1000 * (time.perf_counter() - started))
print(json.dumps({"medianMs": statistics.median(times),
                  "parameters": sum(p.numel() for p in {id(p): p for p in parameters}.values())}))
