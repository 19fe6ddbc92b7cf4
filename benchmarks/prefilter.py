"""How many pairs a second one core puts through all rule checks, beside datatrove.

On real text where CQIA_REAL_DATA (../shared/data) has candidate files, spread evenly over all of
them; else on pairs made here, of the lengths and kinds that real files have. Measures the processor
time of every check that looks at a pair alone, and of the lexicons with their start words, as a
worker runs them: a chunk of texts at a time, each of which works out once what several checks look
at. `pairs_per_s_core` is the median.

Beside it, in turns and on the same texts, the filters of datatrove that do the same kinds of check
(benchmarks/_datatrove.py says which), by a Python of their own: `make .venv-datatrove/installed`.
Then two processes at once against one. The last line of its output is one JSON object.

    python benchmarks/prefilter.py [--quick] [--pairs 20000] [--repetitions 5] [--made]
"""

import argparse
import json
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cqia.settings")

import django  # noqa: E402

django.setup()

from ingest import passage  # noqa: E402

from annotation.checks import TEXT_CHECKS, Measurement, Text  # noqa: E402
from annotation.checks.sensitive import Words  # noqa: E402
from annotation.models import Lexicon, LexiconVersion  # noqa: E402
from annotation.start_words import START  # noqa: E402
from tests import candidates  # noqa: E402

CHUNK = 500  # texts that are held at once, as by annotation.prefilter
VIEWS = ("whole", "prose", "shape", "shapes", "prompt_words", "answer_words")
CODE = (
    "\n```python\n{name} = [row for row in rows if row.total > {number}]\nprint(len({name}))\n```\n"
)
ENGLISH = "Boil the water first, let it cool down for a while, and then pour it over the leaves. "
ADVERTISEMENT = "想学的加我微信：teafan_2020，发你一份资料。"


# The texts


def texts(count: int, made: bool) -> list[Text]:
    if made or not candidates.FILES:
        dice = random.Random(20240401)
        return [Text(passage(dice, dice.randint(15, 80)), (answer(dice),)) for _ in range(count)]
    found = [text for path in candidates.FILES for text in candidates.texts(path)]
    return [found[place * len(found) // count] for place in range(min(count, len(found)))]


def answer(dice: random.Random) -> str:
    """60 to 4,000 characters, some 500 at the median; a tenth with a defect."""
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


def chunks(pairs: list[Text]) -> Iterator[list[Text]]:
    """CHUNK texts at a time, made anew, so that no text brings along what it worked out before."""
    for start in range(0, len(pairs), CHUNK):
        yield [Text(one.prompt, one.answers, one.floor) for one in pairs[start : start + CHUNK]]


# What is measured


def measures() -> dict[str, Callable[[Text], object]]:
    found: dict[str, Callable[[Text], object]] = {check.id: check.measure for check in TEXT_CHECKS}
    return found | {"sensitive": lexicons()}


def lexicons() -> Callable[[Text], Measurement]:
    """The start words, as a project has them that took them over."""
    return Words(
        [
            LexiconVersion(words=list(words), weight=1.0, lexicon=Lexicon(name=name))
            for _category, name, words in START
        ]
    ).measure


def once(pairs: list[Text]) -> float:
    """Seconds of processor time for all checks over all pairs, a chunk after the other."""
    every = list(measures().values())
    begun = time.process_time()
    for chunk in chunks(pairs):
        for measure in every:
            for pair in chunk:
                measure(pair)
    return time.process_time() - begun


def shares(pairs: list[Text]) -> dict[str, float]:
    """Microseconds a pair: first what the checks share, then each check by itself."""
    spent = dict.fromkeys([*VIEWS, *measures()], 0.0)
    for chunk in chunks(pairs):
        for view in VIEWS:
            begun = time.process_time()
            for pair in chunk:
                getattr(pair, view)
            spent[view] += time.process_time() - begun
        for name, measure in measures().items():
            begun = time.process_time()
            for pair in chunk:
                measure(pair)
            spent[name] += time.process_time() - begun
    return {name: round(seconds / len(pairs) * 1e6, 1) for name, seconds in spent.items()}


# Processes of their own


class Process:
    """A process that does a pass for every line it is sent, and answers with a line of JSON."""

    def __init__(self, *command: object) -> None:
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(
            [str(part) for part in command],
            stdin=pipe,
            stdout=pipe,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )

    def start(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def result(self) -> dict[str, float]:
        assert self._process.stdout is not None
        found: dict[str, float] = json.loads(self._process.stdout.readline())
        return found

    def end(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)


def worker(pairs: list[Text]) -> None:
    once(pairs[:CHUNK])
    for _line in sys.stdin:
        begun = time.perf_counter()
        once(pairs)
        print(json.dumps({"seconds": time.perf_counter() - begun}), flush=True)


def two_to_one(chosen: argparse.Namespace) -> float:
    """The rate of two processes at once, as a share of twice that of one alone; median."""
    command = (sys.executable, __file__, "--worker", "--pairs", chosen.pairs)
    both = [Process(*command, *(["--made"] if chosen.made else [])) for _ in range(2)]
    for one in both:  # both are ready once they have answered
        one.start()
    for one in both:
        one.result()
    found = []
    for _ in range(chosen.repetitions):
        both[0].start()
        alone = both[0].result()["seconds"]
        for one in both:
            one.start()
        found.append(alone / max(one.result()["seconds"] for one in both))
    for one in both:
        one.end()
    return statistics.median(found)


# The report


def main() -> None:
    chosen = arguments()
    pairs = texts(chosen.pairs, chosen.made)
    if chosen.worker:
        return worker(pairs)
    once(pairs[:CHUNK])
    each = shares(pairs)
    for name, micros in sorted(each.items(), key=lambda item: -item[1]):
        print(f"{name:17} {micros:7.1f} µs a pair")
    runs = [once(pairs) for _ in range(chosen.repetitions)]
    few = pairs[:: max(1, len(pairs) // (500 if chosen.quick else 2000))]
    peer = beside(few, chosen.repetitions, chosen.peer)
    lengths = [len(pair.whole) for pair in pairs]
    rates = sorted(len(pairs) / seconds for seconds in runs)
    report = {
        "benchmark": "prefilter",
        "pairs_per_s_core": round(statistics.median(rates)),
        "spread": [round(rates[0]), round(rates[-1])],
        "microseconds": each,
        **peer,
        "two_workers": round(two_to_one(chosen), 3),
        "sizes": {
            "texts": "made" if chosen.made or not candidates.FILES else "real",
            "pairs": len(pairs),
            "characters_mean": round(statistics.mean(lengths)),
            "characters_median": statistics.median(lengths),
            "repetitions": chosen.repetitions,
        },
        "machine": {
            "cores": os.cpu_count(),
            "load": round(os.getloadavg()[0], 1),
            "python": platform.python_version(),
            "system": f"{platform.system()} {platform.machine()}",
        },
    }
    print(json.dumps(report))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="3,000 pairs, three times")
    parser.add_argument("--pairs", type=int, default=20_000)
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--made", action="store_true", help="made texts, whatever files there are")
    parser.add_argument(
        "--peer", type=Path, default=ROOT / ".venv-datatrove" / "bin" / "python", metavar="PYTHON"
    )
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.quick:
        chosen.pairs, chosen.repetitions = 3000, 3
    return chosen


def beside(pairs: list[Text], repetitions: int, python: Path) -> dict[str, object]:
    """The rate of datatrove on these pairs, in turns with ours, and how often it goes into ours."""
    if not python.exists():
        print("datatrove is not installed (make .venv-datatrove/installed): measured alone.")
        return {"peer_pairs_per_s_core": None}
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".jsonl") as file:
        file.writelines(json.dumps(pair.whole) + "\n" for pair in pairs)
        file.flush()
        peer = Process(python, ROOT / "benchmarks" / "_datatrove.py", file.name)
        ours, theirs = [], []
        for _ in range(repetitions):
            ours.append(once(pairs))
            peer.start()
            theirs.append(peer.result())
        peer.end()
    words = [run.pop("words") for run in theirs]
    whole = [sum(run.values()) for run in theirs]
    rules = [seconds - len(theirs[0]) * each for seconds, each in zip(whole, words, strict=True)]
    return {
        "peer": f"datatrove: {', '.join(theirs[0])}",
        "peer_pairs": len(pairs),
        "peer_pairs_per_s_core": round(len(pairs) / statistics.median(whole)),
        "peer_ratio": median_ratio(whole, ours),
        # As if the words came to datatrove for nothing; ours still finds its own.
        "peer_ratio_without_words": median_ratio(rules, ours),
    }


def median_ratio(theirs: list[float], ours: list[float]) -> float:
    return round(statistics.median(a / b for a, b in zip(theirs, ours, strict=True)), 2)


if __name__ == "__main__":
    main()
