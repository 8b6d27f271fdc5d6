"""Writes the numbers that tests compare with, computed by PyTorch and transformers.

Usage: python3 -m venv V && V/bin/pip install -r requirements.txt && V/bin/python generate.py

Every value comes from a reference library or, where the paper has no published code, from a direct
transcription of its equation that shares nothing with ours. Output: packages/*/test/expected/.
"""

import json
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from transformers import (
    Qwen2Config,
    Qwen2ForCausalLM,
    SiglipVisionConfig,
    SiglipVisionModel,
    get_cosine_schedule_with_warmup,
)

PACKAGES = Path(__file__).resolve().parents[2] / "packages"
torch.set_num_threads(1)


def rounded(value):
    """Nested lists with 7 significant digits: what float32 holds."""
    if isinstance(value, torch.Tensor):
        return rounded(value.detach().tolist())
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [rounded(item) for item in value]
    return float(f"{value:.7g}") if isinstance(value, float) else value


def write(package, name, content):
    folder = PACKAGES / package / "test" / "expected"
    folder.mkdir(parents=True, exist_ok=True)
    versions = {"torch": torch.__version__.split("+")[0]}
    text = json.dumps({"versions": versions, **rounded(content)})
    (folder / name).write_text(text + "\n")
    print(package, name, len(text))


def randomize(model, scale=0.2):
    """Biases and norms start at 0 and 1, where many mistakes would not show."""
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.randn_like(parameter) * scale + (parameter.dim() == 1) * 0.5)


def operations():
    torch.manual_seed(1)
    x = torch.randn(3, 5, requires_grad=True)
    weight, bias = torch.randn(5, requires_grad=True), torch.randn(5, requires_grad=True)
    upstream = torch.randn(3, 5)
    cases = {}

    def case(name, output, inputs):
        gradients = torch.autograd.grad((output * upstream).sum(), inputs)
        cases[name] = {"output": output, "gradients": list(gradients)}

    case("layerNorm", F.layer_norm(x, (5,), weight, bias, 1e-5), [x, weight, bias])
    case("rmsNorm", F.rms_norm(x, (5,), weight, 1e-5), [x, weight])
    case("gelu", F.gelu(x), [x])
    case("geluTanh", F.gelu(x, approximate="tanh"), [x])
    case("silu", F.silu(x), [x])
    labels = torch.tensor([4, 0, 2])
    losses = F.cross_entropy(x, labels, reduction="none")
    (gradient,) = torch.autograd.grad((losses * torch.tensor([1.0, 0.5, 2.0])).sum(), [x])
    cases["softmaxCrossEntropy"] = {"output": losses, "gradients": [gradient]}

    q, k, v = torch.randn(2, 4, 3, 6), torch.randn(2, 2, 3, 6), torch.randn(2, 2, 3, 6)
    q.requires_grad_(), k.requires_grad_(), v.requires_grad_()
    attended = F.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=True)
    upstream_attention = torch.randn_like(attended)
    gradients = torch.autograd.grad((attended * upstream_attention).sum(), [q, k, v])
    attention = {"q": q, "k": k, "v": v, "upstream": upstream_attention, "output": attended,
                 "gradients": list(gradients)}
    write("nn", "operations.json", {
        "x": x, "weight": weight, "bias": bias, "upstream": upstream,
        "labels": labels, "labelWeights": [1.0, 0.5, 2.0], "cases": cases, "attention": attention,
    })


def half_precision():
    values = torch.tensor([0.0, -0.0, 1.0, 1 / 3, 65504.0, 65519.0, 65520.0, 6.1e-5, 5.97e-8, 2.9e-8, -1.5,
                           1e-10, 3.14159265, 2049.0, 2051.0, 1.0009766, 1.0014648, 123456.0])
    write("core", "half-precision.json", {
        "values": values.tolist(),
        "float16Bits": [b & 0xFFFF for b in values.half().view(torch.int16).tolist()],
        "bfloat16Bits": [b & 0xFFFF for b in values.bfloat16().view(torch.int16).tolist()],
    })


def resampling():
    torch.manual_seed(2)
    volume = torch.randn(5, 7, 6)
    sizes = [[3, 4, 4], [8, 7, 11], [5, 7, 6], [1, 2, 2]]
    outputs = [
        F.interpolate(volume[None, None], size=size, mode="trilinear", align_corners=False)[0, 0].flatten()
        for size in sizes
    ]
    write("io", "resample.json", {"shape": [5, 7, 6], "volume": volume.flatten(), "sizes": sizes, "outputs": outputs})


def aggregation():
    torch.manual_seed(3)
    grid, channels = (4, 6, 5), 3
    tokens = torch.randn(*grid, channels)
    cases = []
    for begin, end, output in [
        ((0, 0, 0), (4, 6, 5), (2, 3, 3)),
        ((1, 2, 1), (3, 5, 4), (4, 3, 3)),
        ((2, 4, 3), (3, 5, 4), (4, 2, 2)),
    ]:
        box = tokens[begin[0]:end[0], begin[1]:end[1], begin[2]:end[2]].permute(3, 0, 1, 2)
        pooled = F.adaptive_avg_pool3d(box, output).permute(1, 2, 3, 0).reshape(-1, channels)
        cases.append({"begin": begin, "end": end, "output": output, "pooled": pooled})
    write("ose", "adaptive-pool.json", {"grid": grid, "channels": channels, "tokens": tokens.flatten(), "cases": cases})


def projection():
    """OmniCT Eqs. 2 to 4, transcribed."""
    torch.manual_seed(4)
    units, side, features, block = 2, 6, 4, 3
    widths, base = (4, 2, 2), 100.0
    f = torch.randn(1, units, side, side, features)

    def encoding(length, channels):
        table = torch.zeros(length, channels)
        for p in range(length):
            for i in range(channels // 2):
                angle = torch.tensor(p / base ** (2 * i / channels), dtype=torch.float64)
                table[p, 2 * i], table[p, 2 * i + 1] = torch.sin(angle), torch.cos(angle)
        return table

    z, y, x = encoding(units, widths[0]), encoding(side, widths[1]), encoding(side, widths[2])
    embedded = torch.stack([
        torch.stack([
            torch.stack([torch.cat([f[0, i, j, k], z[i], y[j], x[k]]) for k in range(side)])
            for j in range(side)
        ])
        for i in range(units)
    ])  # [Ns, H', W', C]
    channels, hidden, out = features + sum(widths), 7, 5
    w_s, b_s = torch.randn(hidden, channels), torch.randn(hidden)
    w_v, b_v = torch.randn(hidden, channels * block**2), torch.randn(hidden)
    w_o, b_o = torch.randn(out, hidden), torch.randn(out)
    volume_rows = []
    for i in range(units):
        for j in range(0, side, block):
            for k in range(0, side, block):
                tokens = [embedded[i, j + a, k + b] for a in range(block) for b in range(block)]
                volume_rows.append(w_o @ F.gelu(w_v @ torch.cat(tokens) + b_v) + b_o)
    slice_rows = [w_o @ F.gelu(w_s @ t + b_s) + b_o for t in embedded[:1].reshape(-1, channels)]
    write("projector", "projection.json", {
        "shape": [1, units, side, side, features], "features": f.flatten(), "widths": widths, "base": base,
        "block": block, "hidden": hidden, "out": out,
        "embedded": embedded.flatten(),
        "parameters": {
            "slice_expert.weight": w_s.flatten(), "slice_expert.bias": b_s,
            "volume_expert.weight": w_v.flatten(), "volume_expert.bias": b_v,
            "shared.weight": w_o.flatten(), "shared.bias": b_o,
        },
        "volume": torch.stack(volume_rows), "slice": torch.stack(slice_rows),
    })
    write("encoding", "tri-axial.json", {
        "shape": [1, units, side, side, features], "features": f.flatten(), "widths": widths, "base": base,
        "embedded": embedded.flatten(),
    })


def optimizer():
    torch.manual_seed(5)
    matrix, bias = torch.nn.Parameter(torch.randn(3, 2)), torch.nn.Parameter(torch.randn(3))
    start = {"matrix": matrix.detach().clone(), "bias": bias.detach().clone()}
    adamw = torch.optim.AdamW([
        {"params": [matrix], "weight_decay": 0.1}, {"params": [bias], "weight_decay": 0.0},
    ], lr=1.0)
    schedule = get_cosine_schedule_with_warmup(adamw, 2, 12)
    steps = []
    for _ in range(12):
        gradients = [torch.randn(3, 2) * 3, torch.randn(3) * 3]
        matrix.grad, bias.grad = gradients[0].clone(), gradients[1].clone()
        norm = torch.nn.utils.clip_grad_norm_([matrix, bias], 2.0)
        rate = adamw.param_groups[0]["lr"] * 0.05
        for group in adamw.param_groups:
            group["lr"] = rate
        adamw.step()
        for group in adamw.param_groups:
            group["lr"] = rate / 0.05
        steps.append({"gradients": gradients, "norm": norm, "learningRate": rate,
                      "matrix": matrix.detach().clone(), "bias": bias.detach().clone()})
        schedule.step()
    write("train", "optimizer.json", {"start": start, "steps": steps, "weightDecay": 0.1, "maxNorm": 2.0})


def qwen2():
    for name, tied in (("qwen2-tied", True), ("qwen2-untied", False)):
        torch.manual_seed(6)
        config = Qwen2Config(
            vocab_size=40, hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=4,
            num_key_value_heads=2, max_position_embeddings=64, rope_theta=1000.0, tie_word_embeddings=tied,
        )
        model = Qwen2ForCausalLM(config).eval()
        randomize(model)
        folder = PACKAGES / "llm" / "test" / "expected" / name
        model.save_pretrained(folder)
        for extra in folder.glob("generation_config.json"):
            extra.unlink()
        ids = torch.tensor([[3, 7, 1, 30, 22, 5], [9, 9, 2, 14, 0, 0]])
        mask = torch.tensor([[1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 0, 0]])
        logits = model(input_ids=ids, attention_mask=mask).logits
        prompt = torch.tensor([[3, 7, 1, 30]])
        greedy = model.generate(prompt, attention_mask=torch.ones_like(prompt), max_new_tokens=12,
                                do_sample=False, pad_token_id=0, eos_token_id=None)
        write("llm", f"{name}.json", {"ids": ids, "mask": mask, "logits": logits, "prompt": prompt,
                                      "greedy": greedy[0, 4:]})


def siglip():
    torch.manual_seed(7)
    config = SiglipVisionConfig(
        hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=2, image_size=20, patch_size=4,
    )
    model = SiglipVisionModel(config).eval()
    randomize(model)
    folder = PACKAGES / "encoding" / "test" / "expected" / "siglip"
    model.save_pretrained(folder)
    units = torch.rand(2, 3, 20, 20) * 2 - 1
    write("encoding", "siglip.json", {
        "units": units.flatten(), "features": model(pixel_values=units).last_hidden_state.flatten(),
        "hidden2": model(pixel_values=units, output_hidden_states=True).hidden_states[-1].flatten(),
    })


def checkpoint():
    torch.manual_seed(8)
    tensors = {
        "f32": torch.randn(2, 3), "f16": torch.randn(4).half(), "bf16": torch.randn(4).bfloat16(),
        "i64": torch.tensor([1, -2, 3]), "u8": torch.tensor([0, 255], dtype=torch.uint8),
        "bool": torch.tensor([True, False]), "scalar": torch.tensor(2.5),
    }
    folder = PACKAGES / "nn" / "test" / "expected"
    folder.mkdir(parents=True, exist_ok=True)
    save_file(tensors, folder / "mixed.safetensors", metadata={"made_by": "safetensors.torch"})
    write("nn", "mixed.json", {name: tensor.float() for name, tensor in tensors.items()})


if __name__ == "__main__":
    for part in (operations, half_precision, resampling, aggregation, projection, optimizer, qwen2, siglip, checkpoint):
        part()
