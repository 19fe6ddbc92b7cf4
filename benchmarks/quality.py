"""How many pairs a second the learned model scores on one core.

Makes Chinese pairs of the lengths of real files, learns a vocabulary and made-up weights from some of
them, and measures the processor time of what a prediction does, apart from the database: finding
the words, and turning them and the checks' scores into two calibrated chances. Beside it what
segmenting the same pairs would cost, which a prediction does without. The last line of its output
is one JSON object; `pairs_per_s_core` is the median of whole predictions.

    python benchmarks/quality.py [--quick] [--pairs 50000] [--repetitions 5]
"""

import argparse
import json
import os
import platform
import random
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cqia.settings")

import django

django.setup()

import numpy as np  # noqa: E402
from ingest import passage  # noqa: E402

from annotation.quality_scores import CHANCES, Learned, Loaded  # noqa: E402
from annotation.quality_words import CAP, Side, Vocabulary, learn  # noqa: E402
from cqia.lib import segment  # noqa: E402

CHUNK = 500  # pairs at once, as in the pre-filter
CHECKS = 30  # scores of checks a pair


def made_pairs(count: int) -> list[Side]:
    """Questions of 15 to 80 characters; answers of 60 to 2,000, 280 at the median, 350 on average."""
    dice = random.Random(20240401)
    return [
        (
            passage(dice, dice.randint(15, 80)),
            passage(dice, int(min(max(dice.lognormvariate(5.6, 0.7), 60), 2000))),
        )
        for _ in range(count)
    ]


def made_model(pairs: list[Side]) -> Loaded:
    """With a vocabulary at its cap: made texts have few words, so others that stand in none fill it."""
    dice = np.random.default_rng(20240401)
    known = learn(pairs).words
    others = dice.integers(0x4E00, 0x9FA5, (CAP - len(known), 2)).tolist()
    vocabulary = Vocabulary((*(chr(one) + chr(two) for one, two in others), *known))
    learned = tuple(
        Learned(name, dice.normal(size=vocabulary.width + CHECKS), 0.1, 1.2, -0.1)
        for name in CHANCES
    )
    return Loaded(1, vocabulary, [], learned)


def measured(model: Loaded, pairs: list[Side]) -> dict[str, float]:
    """Seconds of processor time over all pairs."""
    chunks = [pairs[start : start + CHUNK] for start in range(0, len(pairs), CHUNK)]
    found = np.random.default_rng(1).normal(size=(CHUNK, CHECKS))
    begun = time.process_time()
    for chunk in chunks:
        model.vocabulary.hits(chunk)
    words = time.process_time()
    for chunk in chunks:
        model.chances(chunk, found[: len(chunk)])
    return {"words": words - begun, "whole": time.process_time() - words}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="5,000 pairs")
    parser.add_argument("--pairs", type=int, default=50_000)
    parser.add_argument("--repetitions", type=int, default=5)
    chosen = parser.parse_args()
    count = 5_000 if chosen.quick else chosen.pairs
    pairs = made_pairs(count)
    model = made_model(pairs[:5_000])
    runs = [measured(model, pairs) for _ in range(chosen.repetitions)]
    rates = sorted(count / run["whole"] for run in runs)
    some = pairs[:2_000]
    begun = time.process_time()
    for prompt, answers in some:
        segment.words(prompt), segment.words(answers)
    segmented = len(some) / (time.process_time() - begun)
    words = count / statistics.median(run["words"] for run in runs)
    scoring = 1 / (1 / statistics.median(rates) - 1 / words)
    print(
        json.dumps(
            {
                "benchmark": "quality",
                "pairs_per_s_core": round(statistics.median(rates)),
                "spread": [round(rates[0]), round(rates[-1])],
                "finding_words_alone": round(words),
                "scoring_alone": round(scoring) if scoring > 0 else None,
                "segmenting_would_take": round(segmented),
                "sizes": {
                    "pairs": count,
                    "characters_mean": round(statistics.mean(len(a) + len(b) for a, b in pairs)),
                    "vocabulary": len(model.vocabulary.words),
                    "checks": CHECKS,
                    "repetitions": chosen.repetitions,
                },
                "machine": {
                    "cores": os.cpu_count(),
                    "load": round(os.getloadavg()[0], 1),
                    "python": platform.python_version(),
                    "system": f"{platform.system()} {platform.machine()}",
                },
            }
        )
    )


if __name__ == "__main__":
    main()
