"""Writes random checkpoints of the shapes measured. Usage: python make.py FOLDER

siglip/: the vision tower of SigLIP-so400m-patch14-384, float32, 1.7 GB. qwen/: Qwen2.5-0.5B, bfloat16, 1 GB.
"""

import sys
from pathlib import Path

import torch
from transformers import Qwen2Config, Qwen2ForCausalLM, SiglipVisionConfig, SiglipVisionModel

folder = Path(sys.argv[1])
torch.manual_seed(0)


def save(name, make, dtype):
    if (folder / name / "model.safetensors").exists():
        return
    make().to(dtype).save_pretrained(folder / name, max_shard_size="20GB")


save("siglip", lambda: SiglipVisionModel(SiglipVisionConfig(
    image_size=384, patch_size=14, hidden_size=1152, intermediate_size=4304, num_hidden_layers=27,
    num_attention_heads=16, vision_use_head=False)), torch.float32)
save("qwen", lambda: Qwen2ForCausalLM(Qwen2Config(
    vocab_size=151936, hidden_size=896, intermediate_size=4864, num_hidden_layers=24, num_attention_heads=14,
    num_key_value_heads=2, max_position_embeddings=32768, rope_theta=1e6, tie_word_embeddings=True)), torch.bfloat16)
print("{}")
