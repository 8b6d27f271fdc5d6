"""Loads a language model that OmniCT assembled with transformers, and writes its ids and logits.

Needs: pip install -r requirements.txt
Usage: npx tsx packages/model/test/export-published.ts FOLDER && python3 published_model.py FOLDER

The folder holds Qwen2.5's real tokenizer and chat template with OmniCT's tokens, and random weights of tiny
width that are the same on every machine. Output: packages/model/test/expected/published-model.json.
"""

import json
import sys
from pathlib import Path

import torch
import transformers
from transformers import AutoModelForCausalLM, AutoTokenizer

OUT = Path(__file__).resolve().parents[2] / "packages/model/test/expected/published-model.json"

TURNS = [
    {"role": "user", "content": "<|image3d_start|><|image3d|><|image3d_end|>\nIs the liver enlarged?"},
    {"role": "assistant", "content": "yes"},
    {"role": "user", "content": "And the spleen?"},
]


def main():
    folder = sys.argv[1]
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    ids = tokenizer.apply_chat_template(TURNS, tokenize=True, add_generation_prompt=True, return_dict=False)
    with torch.no_grad():
        logits = model(torch.tensor([ids])).logits[0, -1]
    columns = [0, 198, 9834, 42424] + list(range(151640, len(tokenizer)))
    content = {
        "versions": {"transformers": transformers.__version__, "torch": torch.__version__.split("+")[0]},
        "vocabulary": model.config.vocab_size,
        "eos": model.generation_config.eos_token_id,
        "turns": TURNS,
        "ids": ids,
        "logits": {str(column): float(f"{logits[column]:.7g}") for column in columns},
        "best": int(logits.argmax()),
    }
    OUT.write_text(json.dumps(content) + "\n")
    print(OUT.name, len(ids), content["best"])


if __name__ == "__main__":
    main()
