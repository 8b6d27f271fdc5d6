"""Pairs of predicted and reference texts: radiology language and everything that breaks tokenizers."""

import random

FINDINGS = [
    "pleural effusion", "lung nodule", "ground-glass opacity", "pericardial effusion", "hiatal hernia",
    "lymphadenopathy", "emphysema", "atelectasis", "consolidation", "bronchiectasis", "calcified plaque",
    "cardiomegaly", "splenomegaly", "hepatic cyst", "renal calculus", "interlobular septal thickening",
]
PLACES = [
    "in the right upper lobe", "of the left lower lobe", "at both bases", "in segment VIII of the liver",
    "along the aortic arch", "in the upper pole of the left kidney", "near the pancreatic head", "bilaterally",
]
SIZES = ["5.2 mm", "3-4 cm", "12 x 8 mm", "1,200 ml", "up to 0.5cm", "approximately 30 HU", "2.0", "-950 HU"]
OPENINGS = [
    "There is", "No evidence of", "A small", "We see", "The patient has", "Findings suggest", "Stable", "Enlarging",
    "The physician saw", "An enlarged", "Doctors observed", "Multiple calcified",
]
CLOSINGS = [
    ".", "", "!", "?", " (stage II).", "; follow-up advised.", ", unchanged since 2019.", '... "benign".', ":",
    " - see Fig. 2.", " It doesn't enhance.", " Patient's liver can't be assessed.", " No.\nHeart is normal.",
]
UNICODE = [
    "Größe der Läsion: 5 µm ± 0,2", "naïve Überdehnung – «Herz» ‘links’ “rechts”", "肺结节 5毫米", "左肺 下葉。結節",
    "İstanbul’da ĞÜŞÖÇ", "café\u00a0noir\u2003thé", "e\u0301tude vs étude", "😀 nodule 👩🏽‍⚕️, lung", "ﬁbrosis ﬂow ½ ²",
    "Ω ≥ 3 ≠ x", "ﷺ العظم", "zero\u200bwidth", "tab\tand\x0bvertical", "next\x85line", "ς Σίσυφος ΟΔΥΣΣΕΥΣ", "ǅ Ǆ ß ẞ",
    "\ufeffmark and \u2028 separators \x1c here", "ſtream K Å",
]
HARD = [
    "", " ", ".", "...", "!!!", "-", "--", "''", '"', "``quoted''", "a", "the", "A an the", "the the the", "<skipped> x",
    "&quot;x&quot; &amp; &lt;y&gt;", "line-\nbreak\nhere", "I'm, you're, he'll, they've, don't, D'ye cannot gimme gonna",
    "gotta lemme more'n wanna 'tis 'twas", "rock 'n' roll, '80s and 'quotes'", "John's dogs' toys'", "U.S.A. vs. e.g. 3.5%",
    "http://a.b/c?d=1&e=2#f", "1,000,000.50", "3.14.15", "a.b.c", "x:y, 3:4 :5", "(a) [b] {c} <d>", "@user #tag $5 100%",
    "a*b**c", "semi;colon", "em—dash–en‒fig―bar", 'He said "no".', "'Yes,' she said.", "end,", "end:", "end.)", 'end."',
    "end.'  ", "no space.Next", "trailing   blanks   ", "  leading", "MiXeD CaSe", "under_score snake_case",
    "yyyyy", "sky skies dying lying", "flies dies spied died", "agreed feed bled sized hopping falling hissing",
    "relational conditional rational digitizer conformably radically vileness analogously", "geology archaeology",
    "news innings proceed succeed cannings", "cats ponies caress caresses ties", "enjoy happy by say sky",
]


def sentence(rng):
    return " ".join([rng.choice(OPENINGS), rng.choice(FINDINGS), rng.choice(SIZES), rng.choice(PLACES)]) + rng.choice(CLOSINGS)


def change(rng, text):
    """Drops, repeats, swaps and recases words: a prediction that shares much with its reference."""
    words = text.split(" ")
    for _ in range(rng.randint(0, 4)):
        if not words:
            break
        place = rng.randrange(len(words))
        kind = rng.randrange(6)
        if kind == 0:
            del words[place]
        elif kind == 1:
            words.insert(place, words[place])
        elif kind == 2:
            words[place] = rng.choice(["liver", "kidneys", "seen", "large", "doctor", "abdomen", "calcification", "12"])
        elif kind == 3:
            words[place] = words[place].upper()
        elif kind == 4:
            other = rng.randrange(len(words))
            words[place], words[other] = words[other], words[place]
        else:
            words[place] += rng.choice(["s", "ed", "ing", ",", ".", "'s", "-"])
    return " ".join(words)


def soup(rng):
    alphabet = "abcdeTH0159 ....,,,--''\"\"()[]<>&;:!?%$#@*`_/\\~\n\tényß肺–“”’"
    return "".join(rng.choice(alphabet) for _ in range(rng.randint(0, 40)))


def pairs():
    """[prediction, [reference, ...]] each; the same on every machine."""
    rng = random.Random(20260119)
    result = []
    for text in HARD + UNICODE:
        result.append((text, [rng.choice([text, change(rng, text), rng.choice(HARD), sentence(rng)])]))
    for _ in range(250):
        reference = " ".join(sentence(rng) for _ in range(rng.randint(1, 3)))
        result.append((change(rng, reference), [reference]))
    for _ in range(60):
        result.append((sentence(rng), [sentence(rng)]))
    for _ in range(60):
        result.append((soup(rng), [soup(rng)]))
    for _ in range(40):
        reference = sentence(rng)
        result.append((change(rng, reference), [reference, change(rng, reference), sentence(rng)]))
    for _ in range(20):
        word = rng.choice(FINDINGS)
        result.append((" ".join([word] * rng.randint(1, 12)), [" ".join([word] * rng.randint(1, 6))]))
    for _ in range(10):
        report = "\n".join(sentence(rng) for _ in range(rng.randint(8, 15)))
        result.append((change(rng, "\n".join(rng.sample(report.split("\n"), 6))), [report]))
    return result
