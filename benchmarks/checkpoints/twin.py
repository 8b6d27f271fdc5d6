"""transformers on PyTorch, CPU, float32 or bfloat16: times of one task. Usage: python twin.py TASK FOLDER REPEATS THREADS"""

import json
import os
import resource
import sys
import time

import torch
from transformers import Qwen2ForCausalLM, SiglipVisionModel

task, folder, repeats, threads = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
torch.set_num_threads(threads)
torch.set_default_device(os.environ.get("DEVICE", "cpu"))
torch.backends.cuda.matmul.allow_tf32 = True  # as TensorFlow does
torch.set_flush_denormal(True)  # as TensorFlow does; some processors take 20 times as long for tiny numbers
torch.set_grad_enabled(False)


def load(kind, name, dtype=torch.float32):
    return kind.from_pretrained(f"{folder}/{name}", dtype=dtype).eval()


def ids(length, batch=1):
    return torch.arange(1, length + 1).repeat(batch, 1)


def prepare():
    if task.startswith("encode"):
        dtype = torch.float32 if task == "encode" else torch.bfloat16
        model = load(SiglipVisionModel, "siglip", dtype)
        pixels = torch.zeros(1, 3, 384, 384, dtype=dtype)
        return lambda: model(pixel_values=pixels).last_hidden_state.cpu()
    if task == "load":
        return lambda: load(Qwen2ForCausalLM, "qwen")(input_ids=ids(1)).logits
    model = load(Qwen2ForCausalLM, "qwen", torch.bfloat16 if task.endswith("bf16") else torch.float32)
    if task == "prefill":
        return lambda: model(input_ids=ids(512), logits_to_keep=1, use_cache=True).logits.cpu()
    batch = 8 if task.startswith("decode-8") else 1
    return lambda: model.generate(
        input_ids=ids(16, batch), attention_mask=torch.ones(batch, 16), max_new_tokens=64, min_new_tokens=64,
        do_sample=False, pad_token_id=0)


run = prepare()
times = []
used = time.process_time()
for index in range(repeats + 1):  # the first one warms up
    start = time.perf_counter()
    run()
    times.append((time.perf_counter() - start) * 1000)
measured = times if task == "load" else times[1:]
print(json.dumps({
    "cpuMs": (time.process_time() - used) * 1000 / (repeats + 1),
    "medianMs": sorted(measured)[len(measured) // 2],
    "peakMB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
}))
