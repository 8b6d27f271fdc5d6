"""Writes how small tokenizers of every usual kind read texts that set libraries apart.

Needs: pip install tokenizers==0.23.3 sentencepiece==0.2.3 protobuf
Usage: python3 odd_tokens.py [--texts N] [--out FILE]

Blanks (U+FEFF, U+0085, U+001C), letters (final sigma, combining marks, planes above the first), digits that are not
ASCII, added tokens with `single_word`, `lstrip`, `rstrip` and `normalized`, and normalizers such as Nmt and
SentencePiece's tables. Ids come from Rust's `tokenizers`; texts are pieces joined at random under a fixed seed.
Output: packages/llm/test/expected/odd-tokens.json.
"""

import argparse
import base64
import gzip
import io
import json
import random
from pathlib import Path

import sentencepiece
import tokenizers
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "packages/llm/test/expected/odd-tokens.json"

PIECES = [
    "liver", "Liver", "LIVER", "a", "mass", "masses", "in", "the", "of", "12", "5", "mm", "cm", "left", "right", "no",
    " ", " ", " ", "  ", "\n", "\t", "\r\n", ".", ",", "-", "_", "'s", "(", "!", "$", "$&", "+", "=", "…", "“", "”",
    "\ufeff", "\u0085", "\u00a0", "\u200b", "\u200d", "\u2009", "\u3000", "\u001c", "\u000b", "\ufffd", "\u2581", "\u00ad",
    "é", "e\u0301", "\u0301", "ß", "ΟΔΟΣ", "Σ", "İ", "ﬁ", "²", "½", "٣", "Ⅳ", "①", "肝", "脏", "𠀀", "😀", "ａ", "～",
    "cyst", "TOK", "[TOK]", "<u>", "<n>", "<N>", "[CLS]", "x", "é́",
]

TRAINING = [
    "liver mass masses in the of 12 5 mm cm left right no Liver LIVER cyst TOK é ß οδος ½ ² ٣ 肝 脏 ...",
    "The liver's left lobe has no mass of 12 mm; the right one has 5 masses (of 2 cm).",
]

ADDED = [
    AddedToken("cyst", single_word=True, special=False, normalized=False),
    AddedToken("TOK", single_word=True, special=False, normalized=True),
    AddedToken("[TOK]", special=True, normalized=False),
    AddedToken("<u>", lstrip=True, rstrip=True, special=True, normalized=False),
    AddedToken("<n>", rstrip=True, special=False, normalized=True),
]

GPT4 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def trained(kind, *, normalizer=None, pre=None, decoder=None, **options):
    tokenizer = Tokenizer(kind(**options))
    if normalizer is not None:
        tokenizer.normalizer = normalizer
    if pre is not None:
        tokenizer.pre_tokenizer = pre
    if decoder is not None:
        tokenizer.decoder = decoder
    settings = {"show_progress": False, "special_tokens": ["[UNK]"]}
    if kind is models.BPE:
        trainer = trainers.BpeTrainer(vocab_size=330, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), **settings)
    elif kind is models.Unigram:
        trainer = trainers.UnigramTrainer(vocab_size=80, unk_token="[UNK]", **settings)
    elif kind is models.WordPiece:
        trainer = trainers.WordPieceTrainer(vocab_size=160, **settings)
    else:
        trainer = trainers.WordLevelTrainer(vocab_size=80, **settings)
    tokenizer.train_from_iterator(TRAINING, trainer)
    tokenizer.add_tokens([token for token in ADDED if not token.special])
    tokenizer.add_special_tokens([token for token in ADDED if token.special])
    return tokenizer


def charsmap(rule):
    """SentencePiece's table of a normalization rule."""
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(TRAINING * 20), model_writer=model, vocab_size=60, normalization_rule_name=rule,
        hard_vocab_limit=False, minloglevel=2,
    )
    from sentencepiece import sentencepiece_model_pb2

    proto = sentencepiece_model_pb2.ModelProto()
    proto.ParseFromString(model.getvalue())
    return proto.normalizer_spec.precompiled_charsmap


def tokenizers_of_all_kinds():
    byte_level = decoders.ByteLevel()
    bpe = lambda pre, normalizer=None: trained(models.BPE, pre=pre, normalizer=normalizer, decoder=byte_level)
    level = lambda **options: pre_tokenizers.ByteLevel(**options)
    after = lambda *pre: pre_tokenizers.Sequence([*pre, level(add_prefix_space=False, use_regex=False)])
    unigram = lambda normalizer, pre=pre_tokenizers.Metaspace(): trained(
        models.Unigram, normalizer=normalizer, pre=pre, decoder=decoders.Metaspace()
    )
    n = normalizers
    p = pre_tokenizers
    yield "gpt2", bpe(level(add_prefix_space=False))
    yield "gpt2-prefix", bpe(level(add_prefix_space=True))
    yield "qwen2", bpe(after(p.Split(Regex(GPT4), "isolated")), n.NFC())
    yield "removed", bpe(after(p.Split(Regex(GPT4), "removed", invert=True)))
    yield "inverted", bpe(after(p.Split(Regex(r"\w+"), "isolated", invert=True)))
    yield "digits", bpe(after(p.Digits(individual_digits=True)))
    yield "numbers", bpe(after(p.Digits(individual_digits=False)))
    for behavior in ("isolated", "removed", "contiguous", "merged_with_previous", "merged_with_next"):
        yield f"punctuation-{behavior}", bpe(after(p.Punctuation(behavior)))
    yield "whitespace", bpe(after(p.Whitespace()))
    yield "whitespace-split", bpe(after(p.WhitespaceSplit()))
    yield "strip", bpe(level(add_prefix_space=False), n.Strip())
    yield "strip-left", bpe(level(add_prefix_space=False), n.Strip(left=True, right=False))
    yield "lowercase", bpe(level(add_prefix_space=False), n.Lowercase())
    yield "accents", bpe(level(add_prefix_space=False), n.Sequence([n.NFD(), n.StripAccents(), n.Lowercase()]))
    yield "replace", bpe(level(add_prefix_space=False), n.Sequence([n.Replace("$", "$&"), n.Replace(Regex(r"\s+"), " ")]))
    yield "prepend", bpe(level(add_prefix_space=False), n.Prepend("x"))
    yield "nmt", unigram(n.Nmt())
    yield "nmt-nfkc", unigram(n.Sequence([n.Nmt(), n.NFKC(), n.Replace(Regex(" {2,}"), " ")]))
    yield "first", unigram(None, p.Metaspace(prepend_scheme="first"))
    yield "never", unigram(None, p.Metaspace(prepend_scheme="never", split=False))
    for rule in ("nmt_nfkc", "nmt_nfkc_cf"):
        yield f"charsmap-{rule}", unigram(n.Precompiled(charsmap(rule)))
    for lowercase in (True, False):
        yield f"bert-{'lower' if lowercase else 'cased'}", trained(
            models.WordPiece, normalizer=n.BertNormalizer(lowercase=lowercase), pre=p.BertPreTokenizer(),
            decoder=decoders.WordPiece(cleanup=False), unk_token="[UNK]",
        )
    llama = trained(
        models.BPE, normalizer=n.Sequence([n.Prepend("\u2581"), n.Replace(" ", "\u2581")]),
        decoder=decoders.Sequence([decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]),
        unk_token="[UNK]", byte_fallback=True, fuse_unk=True,
    )
    yield "llama", llama


def packed(tokenizer):
    """A table of SentencePiece takes 300 KiB: it is written as gzip, which the test undoes."""
    table = (tokenizer["normalizer"] or {}).get("precompiled_charsmap")
    if table is not None:
        small = gzip.compress(base64.b64decode(table), 9, mtime=0)
        tokenizer["normalizer"]["precompiled_charsmap"] = base64.b64encode(small).decode()
    return tokenizer


def random_text(source):
    return "".join(source.choice(PIECES) for _ in range(source.randint(1, 9)))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--texts", type=int, default=12, help="random texts per tokenizer")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args()
    source = random.Random(options.seed)
    texts = ["".join(pair) for pair in (("a", piece, "a") for piece in PIECES)]
    texts += [random_text(source) for _ in range(options.texts)]
    kinds = []
    for name, tokenizer in tokenizers_of_all_kinds():
        ids = [tokenizer.encode(text, add_special_tokens=False).ids for text in texts]
        decoded = [tokenizer.decode(row, skip_special_tokens=False) for row in ids]
        kinds.append({"name": name, "tokenizer": packed(json.loads(tokenizer.to_str())), "ids": ids, "decoded": decoded})
    content = {"versions": {"tokenizers": tokenizers.__version__}, "texts": texts, "kinds": kinds}
    options.out.write_text(json.dumps(content, ensure_ascii=True, separators=(",", ":")) + "\n")
    print(options.out.name, len(kinds), "tokenizers,", len(texts), "texts", options.out.stat().st_size // 1024, "KiB")


if __name__ == "__main__":
    main()
