"""How long a ranking takes: the board of votes in memory, with sandwich and bootstrap intervals.

Runs alone; `--quick` takes fewer votes. The last line is one JSON object. With `--peer`, the Python of
an environment with arena-rank, its own bootstrap of the same votes is timed beside, and
`furthest_points` is how far apart both rate a model. Votes are made without ties: arena-rank takes
them as half a win, ours by Davidson's parameter, and both come to the same only where there is none.

    python -m venv peer && peer/bin/pip install arena-rank==0.1.1
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from evaluation.adjusting import fit, in_groups
from evaluation.ranking import CENTRE, SCALE
from evaluation.reckoning import groups_of
from evaluation.statistics import bootstrap
from evaluation.statistics.table import Table

PROMPTS, VOTERS = 2000, 32


def made_votes(count: int, models: int) -> Table:
    """Votes as Bradley–Terry says they fall."""
    rng = np.random.default_rng(7)
    strength = rng.normal(0, 1, models)
    left = rng.integers(0, models, count)
    right = (left + rng.integers(1, models, count)) % models
    lost = rng.random(count) > 1 / (1 + np.exp(strength[right] - strength[left]))
    return Table(
        models=tuple(f"model-{number:03}" for number in range(models)),
        left=left.astype(np.int32),
        right=right.astype(np.int32),
        outcome=lost.astype(np.int8),
        count=np.ones(count),
        prompt=rng.integers(0, PROMPTS, count).astype(np.int32),
        evaluator=rng.integers(0, VOTERS, count).astype(np.int32),
        category=np.zeros(count, dtype=np.int32),
        prompts=tuple(map(str, range(PROMPTS))),
        evaluators=tuple(map(str, range(VOTERS))),
        categories=("",),
        features=np.zeros((count, 0)),
        feature_names=(),
    )


def ranked(votes: Table, samples: int) -> dict[str, tuple[float, float, float]]:
    """Rating, low and high of each model, the bounds by bootstrap; the sandwich's are computed too."""
    groups = groups_of(votes)
    fitted = in_groups(fit(votes, controlled=False), groups)
    low, high = bootstrap.bounds(votes, groups, samples=samples, seed=7)
    points = (CENTRE + SCALE * each for each in (fitted.strength, low, high))
    return dict(zip(votes.models, zip(*points, strict=True), strict=True))


# What runs in the environment of arena-rank: its reading, its fit and its bootstrap.
ARENA_RANK = """
import json, multiprocessing, sys, time
import pandas
from arena_rank.models.bradley_terry import BradleyTerry
from arena_rank.utils.data_utils import PairDataset

def main():
    votes = pandas.read_csv(sys.argv[1])
    began = time.perf_counter()
    dataset = PairDataset.from_pandas(votes)
    model = BradleyTerry(n_competitors=len(dataset.competitors))
    found = model.compute_ratings_and_cis(dataset, ci_method="bootstrap", num_bootstrap=int(sys.argv[2]))
    took = time.perf_counter() - began
    columns = zip(found["competitors"], *(map(float, found[k]) for k in ("ratings", "rating_lower", "rating_upper")))
    print(json.dumps({"seconds": took, "ratings": {str(n): each for n, *each in columns}}))

if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")  # its processes forked from JAX's threads can hang
    main()
"""


def beside_arena_rank(python: str, votes: Table, samples: int) -> dict[str, object]:
    """Its seconds, and how far its ratings and bounds are from ours, in points, all centred."""
    with tempfile.TemporaryDirectory() as place:
        Path(place, "run.py").write_text(ARENA_RANK)
        columns = (votes.left.tolist(), votes.right.tolist(), votes.outcome.tolist())
        rows = (
            f"{votes.models[one]},{votes.models[other]},{('model_a', 'model_b')[lost]}"
            for one, other, lost in zip(*columns, strict=True)
        )
        Path(place, "votes.csv").write_text("\n".join(["model_a,model_b,winner", *rows]))
        run = [python, f"{place}/run.py", f"{place}/votes.csv", str(samples)]
        done = subprocess.run(run, check=True, capture_output=True, text=True)
    theirs = json.loads(done.stdout.splitlines()[-1])
    ours = ranked(votes, samples)
    mean = statistics.fmean(rating for rating, _, _ in theirs["ratings"].values())
    off = [
        [abs(a - (b - mean + CENTRE)) for a, b in zip(own, theirs["ratings"][name], strict=True)]
        for name, own in ours.items()
    ]
    return {
        "name": "arena-rank 0.1.1",
        "seconds": round(theirs["seconds"], 2),
        "furthest_points": round(max(each[0] for each in off), 4),
        "furthest_bound_points": round(max(max(each[1:]) for each in off), 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="200,000 votes, three runs")
    parser.add_argument("--peer", metavar="PYTHON", help="of an environment with arena-rank")
    chosen = parser.parse_args()
    quick = chosen.quick
    count, models, samples, runs = (200_000, 50, 200, 3) if quick else (1_000_000, 100, 200, 7)
    votes = made_votes(count, models)
    seconds = []
    for run in range(runs):
        begun = time.perf_counter()
        ranked(votes, samples)
        seconds.append(time.perf_counter() - begun)
        print(f"run {run + 1} of {runs}: {seconds[-1]:.2f} s", flush=True)
    median = statistics.median(seconds)
    print(
        json.dumps(
            {
                "benchmark": "ranking",
                "machine": {
                    "cpu": platform.processor() or platform.machine(),
                    "cores": os.cpu_count(),
                    "python": platform.python_version(),
                },
                "sizes": {"votes": count, "models": models, "samples": samples, "runs": runs},
                "median_s": round(median, 3),
                "spread_s": [round(min(seconds), 3), round(max(seconds), 3)],
                "seconds_per_million": round(median * 1_000_000 / count, 3),
                **(
                    {"arena_rank": beside_arena_rank(chosen.peer, votes, samples)}
                    if chosen.peer
                    else {}
                ),
            }
        )
    )


if __name__ == "__main__":
    main()
