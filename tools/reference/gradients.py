"""Writes the gradients that PyTorch's autograd gives for every parameter of small trainable models.

Usage: see generate.py. Output: packages/{llm,encoding}/test/expected/gradients/NAME/{config.json,
model.safetensors, io.safetensors}. The io file holds inputs, the loss and, as `gradient.PARAMETER`, its
derivative.
"""

import shutil
from pathlib import Path

import torch
import torch.nn.functional as F
from peft import LoraConfig, get_peft_model
from safetensors.torch import save_file
from transformers import (
    Phi3Config,
    Phi3ForCausalLM,
    Qwen2Config,
    Qwen2ForCausalLM,
    SiglipVisionConfig,
    SiglipVisionModel,
)

from checkpoints import randomize

PACKAGES = Path(__file__).resolve().parents[2] / "packages"
SIZES = dict(vocab_size=29, hidden_size=24, intermediate_size=20, num_hidden_layers=2, max_position_embeddings=32)


def write(package, name, model, tensors, gradients):
    folder = PACKAGES / package / "test" / "expected" / "gradients" / name
    shutil.rmtree(folder, ignore_errors=True)
    model.save_pretrained(folder)
    for extra in ("generation_config.json", "README.md"):
        (folder / extra).unlink(missing_ok=True)
    save_file({**tensors, **{f"gradient.{key}": value.contiguous() for key, value in gradients.items()}},
              folder / "io.safetensors")
    print(package, name, sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()))


def language_loss(model):
    """Cross-entropy of the last four tokens; the second row is padded on the left."""
    ids = torch.randint(3, SIZES["vocab_size"], (2, 9))
    mask = torch.ones_like(ids)
    mask[1, :2] = 0
    positions = (mask.cumsum(-1) - 1).clamp(min=0)
    logits = model(input_ids=ids, attention_mask=mask, position_ids=positions).logits[:, -5:-1]
    loss = F.cross_entropy(logits.reshape(-1, SIZES["vocab_size"]), ids[:, -4:].reshape(-1))
    loss.backward()
    return {"input_ids": ids, "attention_mask": mask, "loss": loss.detach().reshape(1)}


def language_models():
    phi = dict(pad_token_id=0, bos_token_id=1, eos_token_id=2, num_attention_heads=3, num_key_value_heads=1,
               rope_parameters={"rope_type": "default", "rope_theta": 10000.0, "partial_rotary_factor": 0.5})
    for name, model in [
        ("qwen2-tied", Qwen2ForCausalLM(Qwen2Config(
            num_attention_heads=6, num_key_value_heads=2, tie_word_embeddings=True, **SIZES))),
        ("qwen2", Qwen2ForCausalLM(Qwen2Config(
            num_attention_heads=3, num_key_value_heads=3, head_dim=6, tie_word_embeddings=False, **SIZES))),
        ("phi3", Phi3ForCausalLM(Phi3Config(tie_word_embeddings=True, **phi, **SIZES))),
    ]:
        torch.manual_seed(21)
        randomize(model)
        tensors = language_loss(model)
        write("llm", name, model, tensors, {key: value.grad for key, value in model.named_parameters()})


def lora():
    torch.manual_seed(22)
    model = randomize(Qwen2ForCausalLM(Qwen2Config(
        num_attention_heads=3, num_key_value_heads=1, tie_word_embeddings=True, **SIZES)))
    adapted = get_peft_model(model, LoraConfig(
        r=3, lora_alpha=5, target_modules=["q_proj", "o_proj", "up_proj"], task_type="CAUSAL_LM")).eval()
    with torch.no_grad():
        for key, parameter in adapted.named_parameters():
            if "lora_" in key:
                parameter.copy_(torch.randn_like(parameter) * 0.3)
    tensors = language_loss(adapted)
    gradients = {key.removeprefix("base_model.model.").replace(".default", ""): value.grad
                 for key, value in adapted.named_parameters() if value.grad is not None}
    adapter = PACKAGES / "llm" / "test" / "expected" / "gradients" / "lora"
    write("llm", "lora", adapted, tensors, gradients)
    adapted.unload().save_pretrained(adapter / "base")
    (adapter / "base" / "generation_config.json").unlink(missing_ok=True)


def siglip():
    torch.manual_seed(23)
    model = randomize(SiglipVisionModel(SiglipVisionConfig(
        image_size=12, patch_size=4, hidden_size=18, intermediate_size=20, num_hidden_layers=2, num_attention_heads=3,
        vision_use_head=False)))
    pixels = torch.randn(2, 3, 12, 12)
    upstream = torch.randn(2, 9, 18)
    loss = (model(pixel_values=pixels).last_hidden_state * upstream).sum()
    loss.backward()
    write("encoding", "siglip", model, {"pixel_values": pixels, "upstream": upstream, "loss": loss.detach().reshape(1)},
          {key: value.grad for key, value in model.named_parameters()})


if __name__ == "__main__":
    language_models()
    lora()
    siglip()
