"""Small random BERT and RoBERTa checkpoints, and what bert-score says with them.

Usage: V/bin/python bert_score_checkpoints.py
Output: packages/runner/test/expected/bert-score/. Weights are random: only equality of numbers counts.
"""

import json
import shutil
from pathlib import Path

import torch
from bert_score.utils import bert_cos_score_idf, get_idf_dict, get_model, get_tokenizer
from collections import defaultdict
from tokenizers import ByteLevelBPETokenizer, BertWordPieceTokenizer
from transformers import BertConfig, BertModel, BertTokenizer, RobertaConfig, RobertaModel, RobertaTokenizer

from text_pairs import pairs

OUT = Path(__file__).resolve().parents[3] / "packages" / "runner" / "test" / "expected" / "bert-score"
torch.set_num_threads(1)


def texts():
    """Single-reference pairs that a small vocabulary and 64 positions hold."""
    chosen = [(p, r[0]) for p, r in pairs() if len(r) == 1 and len(p) < 120 and len(r[0]) < 120]
    return chosen[::4][:70]


def randomize(model):
    torch.manual_seed(7)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.randn_like(parameter) * 0.25 + (parameter.dim() == 1) * 0.4)


def corpus():
    return [text.strip() or "empty" for pair in texts() for text in pair]


def bert(folder):
    trainer = BertWordPieceTokenizer(lowercase=True)
    trainer.train_from_iterator(corpus(), vocab_size=500, min_frequency=1)
    trainer.save_model(str(folder))
    tokenizer = BertTokenizer(vocab=str(folder / "vocab.txt"), do_lower_case=True, model_max_length=64)
    model = BertModel(BertConfig(vocab_size=trainer.get_vocab_size(), hidden_size=24, intermediate_size=32, num_hidden_layers=3,
                                 num_attention_heads=3, max_position_embeddings=64), add_pooling_layer=False)
    return tokenizer, model


def roberta(folder):
    trainer = ByteLevelBPETokenizer()
    trainer.train_from_iterator(corpus(), vocab_size=400, special_tokens=["<s>", "<pad>", "</s>", "<unk>", "<mask>"])
    trainer.save_model(str(folder))
    tokenizer = RobertaTokenizer(vocab=str(folder / "vocab.json"), merges=str(folder / "merges.txt"), model_max_length=64)
    model = RobertaModel(RobertaConfig(vocab_size=400, hidden_size=24, intermediate_size=32, num_hidden_layers=2,
                                       num_attention_heads=3, max_position_embeddings=66, type_vocab_size=1),
                         add_pooling_layer=False)
    return tokenizer, model


def scores(folder, layer, idf):
    """As bert_score.score, without its table of known models."""
    tokenizer, model = get_tokenizer(str(folder)), get_model(str(folder), layer)
    # Gone from transformers 5; bert-score calls it for empty texts.
    tokenizer.build_inputs_with_special_tokens = lambda ids: [tokenizer.cls_token_id, *ids, tokenizer.sep_token_id]
    predictions, references = map(list, zip(*texts()))
    if idf:
        weights = get_idf_dict(references, tokenizer, nthreads=0)
    else:
        weights = defaultdict(lambda: 1.0)
        weights[tokenizer.sep_token_id] = 0
        weights[tokenizer.cls_token_id] = 0
    # One pair at a time: batches would pad, and padding counts as similarity 0.
    rows = [bert_cos_score_idf(model, [r], [p], tokenizer, weights, device="cpu")[0].tolist()
            for p, r in zip(predictions, references)]
    ids = [len(tokenizer.encode(p.strip())) for p in predictions]
    print(folder.name, layer, idf, rows[1], max(ids))
    return [[float(f"{value:.7g}") for value in row] for row in rows]


if __name__ == "__main__":
    expected = {}
    for name, build, layer in [("bert", bert, 2), ("roberta", roberta, 2)]:
        folder = OUT / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        tokenizer, model = build(folder)
        randomize(model)
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
        expected[name] = {"layer": layer, "plain": scores(folder, layer, False), "idf": scores(folder, layer, True)}
        for path in folder.iterdir():
            if path.name not in ("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"):
                path.unlink()
    content = {"pairs": texts(), "expected": expected}
    (OUT / "scores.json").write_text(json.dumps(content, separators=(",", ":")) + "\n")
