"""Trains the byte-level BPE tokenizer of the qwen2-tiny preset.

Needs: pip install tokenizers==0.23.3
Usage: python3 train-tokenizer.py DATASET_FOLDER OUT_FOLDER [VOCABULARY_SIZE]

DATASET_FOLDER is the output of a dataset stage with `data.dataset: phantom-ct`. Beside its words, the vocabulary holds one region
token for each phrase of its regions.json and for each place, see packages/model/src/region-tokens.ts.

The pre-tokenizer, the ChatML turn markers and the OmniCT placeholders are Qwen2.5's and the released
rows'; only the vocabulary is ours, so that a 100,000-parameter model is not all embedding table.
"""

import json
import string
import sys
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

SPECIAL_TOKENS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"] + [
    f"<|{name}|>"
    for name in (
        "image2d", "mask2d", "image2d_start", "image2d_end", "organ_start", "organ_end",
        "image3d", "mask3d", "image3d_start", "image3d_end",
    )
]

# Words, single digits, punctuation and spaces apart: the shape of Qwen2's rule.
SPLIT = r"[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"

CHAT_TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n"
    "{{ message.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


PLACES = [f"{axis} {i}" for axis, count in (("height", 10), ("row", 6), ("column", 6)) for i in range(count)]


def texts(records: Path):
    for line in records.read_text().splitlines():
        record = json.loads(line)
        options = record.get("options") or []
        choices = " ".join(f"{string.ascii_uppercase[i]}. {option}" for i, option in enumerate(options))
        yield f"{record['question']} Choices: {choices}" if options else record["question"]
        yield record["answer"]
    yield "user\nassistant\nsystem\n"


def main() -> None:
    dataset, out = Path(sys.argv[1]), Path(sys.argv[2])
    phrases = json.loads((dataset / "regions.json").read_text())["phrases"]
    regions = [f"<|region:{name}|>" for name in phrases + PLACES]
    size = int(sys.argv[3]) if len(sys.argv) > 3 else 512
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(SPLIT), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ])
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=SPECIAL_TOKENS + regions,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts(dataset / "records.jsonl"), trainer)
    out.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(out / "tokenizer.json"))
    config = {"chat_template": CHAT_TEMPLATE, "eos_token": "<|im_end|>", "pad_token": "<|endoftext|>"}
    (out / "tokenizer_config.json").write_text(json.dumps(config, indent=2) + "\n")
    print(f"{tokenizer.get_vocab_size()} tokens")


if __name__ == "__main__":
    main()
