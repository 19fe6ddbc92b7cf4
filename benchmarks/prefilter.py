"""How many pairs a second one core puts through all rule checks.

Makes Chinese pairs of the lengths and kinds that real files have, a tenth of them with a defect:
prose, answers with code, lists, English, loops, advertisements. Measures the processor time of the
checks that look at a pair alone, and of the identity by which the database then finds duplicates.
The last line of its output is one JSON object; `pairs_per_s_core` is the median.

    python benchmarks/prefilter.py [--quick] [--pairs 20000] [--repetitions 5]
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

from ingest import passage  # noqa: E402

from annotation.checks import TEXT_CHECKS, Text  # noqa: E402
from cqia.lib.text import fingerprint, normalise  # noqa: E402

CODE = (
    "\n```python\n{name} = [row for row in rows if row.total > {number}]\nprint(len({name}))\n```\n"
)
ENGLISH = "Boil the water first, let it cool down for a while, and then pour it over the leaves. "
ADVERTISEMENT = "想学的加我微信：teafan_2020，发你一份资料。"


def made_pairs(count: int) -> list[Text]:
    """Questions of 15 to 80 characters; answers of 60 to 4,000, some 500 at the median."""
    dice = random.Random(20240401)
    return [Text(passage(dice, dice.randint(15, 80)), (answer(dice),)) for _ in range(count)]


def answer(dice: random.Random) -> str:
    length = int(min(max(dice.lognormvariate(6.33, 0.8), 60), 4000))
    text = passage(dice, length)
    kind = dice.random()
    if kind < 0.04:
        return text + ADVERTISEMENT
    if kind < 0.07:
        return text[:60] * (length // 60)
    if kind < 0.10:
        return ENGLISH * (length // 80 + 1)
    if kind < 0.20:
        return text + CODE.format(name="kept", number=dice.randint(1, 9)) * (length // 200 + 1)
    if kind < 0.35:
        return "\n".join(f"{place}. {text[place * 40 : place * 40 + 40]}" for place in range(9))
    return text


def measured(pairs: list[Text]) -> dict[str, float]:
    """Seconds of processor time of each check over all pairs, and of the identity."""
    seconds = {}
    for check in TEXT_CHECKS:
        begun = time.process_time()
        for pair in pairs:
            check.measure(pair)
        seconds[check.id] = time.process_time() - begun
    begun = time.process_time()
    for pair in pairs:
        fingerprint(normalise(pair.prompt), normalise(pair.answers[0]))
    return seconds | {"identity": time.process_time() - begun}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="4,000 pairs")
    parser.add_argument("--pairs", type=int, default=20_000)
    parser.add_argument("--repetitions", type=int, default=5)
    chosen = parser.parse_args()
    count = 4000 if chosen.quick else chosen.pairs
    pairs = made_pairs(count)
    measured(pairs[:500])
    runs = [measured(pairs) for _ in range(chosen.repetitions)]
    rates = sorted(count / sum(run.values()) for run in runs)
    each = {name: round(count / statistics.median(run[name] for run in runs)) for name in runs[0]}
    print(f"each alone, pairs a second: {each}")
    lengths = [len(pair.answers[0]) for pair in pairs]
    print(
        json.dumps(
            {
                "benchmark": "prefilter",
                "pairs_per_s_core": round(statistics.median(rates)),
                "spread": [round(rates[0]), round(rates[-1])],
                "sizes": {
                    "pairs": count,
                    "answer_median": statistics.median(lengths),
                    "answer_mean": round(statistics.mean(lengths)),
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
