"""How long a ranking takes: Bradley–Terry with bootstrap intervals from votes in memory.

Runs alone; `--quick` takes fewer votes. The last line is one JSON object. `peer_ratio` is the time
of a plain evalica loop, which refits on resampled votes, over ours; it is measured on a few refits
and multiplied by the number of samples. With `--peer`, the Python of an environment with arena-rank,
its own bootstrap of the same votes is timed beside, and `furthest_points` is how far apart both
rate a model, our regularisation off.

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

import evalica

from evaluation.ranking import Vote, bradley_terry

WINNERS = {"left": evalica.Winner.X, "right": evalica.Winner.Y}


def made_votes(count: int, models: int) -> list[Vote]:
    """Votes as Bradley–Terry says they fall, a fifth of them ties or both bad."""
    rng = np.random.default_rng(7)
    names = [f"model-{number:03}" for number in range(models)]
    strength = rng.normal(0, 1, models)
    left = rng.integers(0, models, count)
    right = (left + rng.integers(1, models, count)) % models
    wins = rng.random(count) < 1 / (1 + np.exp(strength[right] - strength[left]))
    kind = rng.random(count)
    outcomes = np.where(wins, "left", "right")
    outcomes = np.where(kind < 0.15, "tie", np.where(kind < 0.2, "both_bad", outcomes))
    rows = zip(left.tolist(), right.tolist(), outcomes.tolist(), strict=True)
    return [Vote(names[one], names[other], outcome) for one, other, outcome in rows]


def timed_peer(votes: list[Vote], samples: int, refits: int) -> float:
    """Seconds of `samples` refits by evalica alone, each on a fresh sample of the votes."""
    rng = np.random.default_rng(7)
    xs = np.array([vote.left for vote in votes])
    ys = np.array([vote.right for vote in votes])
    winners = np.array([WINNERS.get(vote.outcome, evalica.Winner.Draw) for vote in votes])
    begun = time.perf_counter()
    for _ in range(refits):
        drawn = rng.integers(0, len(votes), len(votes))
        evalica.bradley_terry(xs[drawn].tolist(), ys[drawn].tolist(), winners[drawn].tolist())
    return (time.perf_counter() - begun) / refits * samples


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
ARENA_WINNERS = {"left": "model_a", "right": "model_b", "tie": "tie", "both_bad": "tie (bothbad)"}


def beside_arena_rank(python: str, votes: list[Vote], samples: int) -> dict[str, object]:
    """Its seconds, and how far its ratings and bounds are from ours, in points, all centred."""
    with tempfile.TemporaryDirectory() as place:
        Path(place, "run.py").write_text(ARENA_RANK)
        rows = (f"{one},{other},{ARENA_WINNERS[outcome]}" for one, other, outcome in votes)
        Path(place, "votes.csv").write_text("\n".join(["model_a,model_b,winner", *rows]))
        run = [python, f"{place}/run.py", f"{place}/votes.csv", str(samples)]
        done = subprocess.run(run, check=True, capture_output=True, text=True)
    theirs = json.loads(done.stdout.splitlines()[-1])
    ours = {
        one.model: one for one in bradley_terry(votes, seed=7, samples=samples, regularisation=0)
    }
    mean = statistics.fmean(rating for rating, _, _ in theirs["ratings"].values())
    off = [
        [
            abs(a - (b - mean + 1000))
            for a, b in zip((x.rating, x.low, x.high), theirs["ratings"][name], strict=True)
        ]
        for name, x in ours.items()
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
        bradley_terry(votes, seed=7, samples=samples)
        seconds.append(time.perf_counter() - begun)
        print(f"run {run + 1} of {runs}: {seconds[-1]:.2f} s", flush=True)
    median = statistics.median(seconds)
    peer = timed_peer(votes, samples, refits=1 if quick else 3)
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
                "peer": "evalica, refit on resampled votes",
                "peer_s": round(peer, 1),
                "peer_ratio": round(peer / median, 1),
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
