"""Decisions a second, milliseconds to the next pair, bytes: what an annotator waits for.

Starts PostgreSQL and the web server as `cqia up` does, queues pairs, and lets 32 sessions decide over
kept-alive connections, each holding the next pair ahead as the page does: first without a pause, then
as people who read for some two seconds; again in a queue ten times as long; then one in Chromium, by
keyboard. Given the Python of an environment that has Label Studio, the same people decide there, on the
same PostgreSQL. The last line of the output is one JSON object; `peer` marks what is not ours.

    python benchmarks/workbench.py [--quick] [--pairs 100000] [--sessions 32] [--peer PYTHON]
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
sys.path.insert(0, str(HERE))

import _bench_label_studio as peer  # noqa: E402
import _bench_servers as servers  # noqa: E402

PAUSE = 2.0  # seconds that a person reads, on average
TARGETS = {
    "decisions_per_s": "at least 150",
    "p99_ms_with_pause": "at most 25",
    "times_at_ten_times_the_pairs": "at most 1.2",
    "bytes_first_visit": "at most 102400",
    "bytes_an_item": "at most 15360",
    "key_to_next_pair_ms": "p95 at most 100",
}


def asked_of(script: str, **told: object) -> dict:
    """What another process says in its last line."""
    run = [sys.executable, str(HERE / script), json.dumps(told)]
    done = subprocess.run(run, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise SystemExit(done.stdout)
    return json.loads(done.stdout.splitlines()[-1])


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def milliseconds(values: list[float], share: float) -> float:
    return round(1000 * percentile(values, share), 1)


class Bench:
    """The people at their pages, in windows of so many seconds."""

    def __init__(self, running: servers.Servers, cookies: list[str], seconds: float) -> None:
        self.running, self.cookies, self.seconds = running, cookies, seconds
        self.port = int(running.url.rsplit(":", 1)[1])

    def people(self, seconds: float, pause: float) -> dict:
        told = {"port": self.port, "cookies": self.cookies, "seconds": seconds, "pause": pause}
        return asked_of("_bench_people.py", **told)

    def busy(self, windows: int) -> dict[str, object]:
        """Nobody pauses: the median of some windows."""
        self.people(10, 0)  # warms caches and templates
        rates, measured, cpu = [], [], []
        for _ in range(windows):
            before = self.running.cpu_seconds()
            window = self.people(self.seconds, 0)
            number = len(window["took"])
            after = self.running.cpu_seconds()
            cpu.append([1000 * (b - a) / number for a, b in zip(before, after, strict=True)])
            rates.append(number / window["seconds"])
            measured.append(window)
            print(f"{rates[-1]:.1f} decisions/s, p50 {milliseconds(window['took'], 0.5)} ms")
        return {
            "decisions_per_s": round(statistics.median(rates), 1),
            "spread": [round(min(rates), 1), round(max(rates), 1)],
            "p99_ms": statistics.median(milliseconds(each["took"], 0.99) for each in measured),
            "web_cpu_ms": round(statistics.median(web for web, _ in cpu), 2),
            "postgres_cpu_ms": round(statistics.median(database for _, database in cpu), 2),
            "client_cpu_share": round(
                statistics.median(each["client_cpu"] for each in measured), 2
            ),
            "prefetched": all(each["prefetched"] for each in measured),
            "bytes_uncompressed": round(statistics.median(each["bytes"] for each in measured)),
        }

    def calm(self, windows: int) -> dict[str, object]:
        """As people who read: the median of some windows, each as long as two busy ones."""
        measured = []
        for _ in range(windows):
            took = self.people(2 * self.seconds, PAUSE)["took"]
            print(f"with a pause: p99 {milliseconds(took, 0.99)} ms over {len(took)} decisions")
            measured.append(took)
        p99 = [milliseconds(took, 0.99) for took in measured]
        return {
            "p50_ms_with_pause": statistics.median(milliseconds(took, 0.5) for took in measured),
            "p99_ms_with_pause": statistics.median(p99),
            "p99_ms_with_pause_spread": [min(p99), max(p99)],
            "decisions_with_pause": sum(len(took) for took in measured),
        }

    def at_screen(self, number: int) -> dict[str, object]:
        """One person at Chromium; its figures are those of the whole way to the eye."""
        told = {"url": self.running.url, "cookie": self.cookies[0], "number": number, "pause": 0.8}
        seen = asked_of("_bench_browser.py", **told)
        delays = [value / 1000 for value in seen["delays_ms"]]
        return {
            "key_to_next_pair_ms": {
                "p50": milliseconds(delays, 0.5),
                "p95": milliseconds(delays, 0.95),
                "most": milliseconds(delays, 1),
            },
            "bytes_first_visit": seen["first_visit"],
            "bytes_an_item": round(seen["bytes_an_item"]),
        }


def measure(chosen: argparse.Namespace) -> dict[str, object]:
    quick = chosen.quick
    pairs = chosen.pairs or (20_000 if quick else 100_000)
    seconds, windows = (4, 3) if quick else (20, 5)
    with (
        tempfile.TemporaryDirectory(prefix="cqia-bench-") as place,
        servers.running(place) as running,
    ):
        servers.make_project()
        servers.queue_pairs(1, pairs)
        bench = Bench(running, servers.sign_in(chosen.sessions), seconds)
        result = {"pairs": pairs, **bench.busy(windows), **bench.calm(windows)}
        result |= bench.at_screen(20 if quick else 60)
        if chosen.long:
            servers.queue_pairs(pairs + 1, 10 * pairs)
            longer = bench.busy(windows)
            rate = result["decisions_per_s"] / longer["decisions_per_s"]
            result["times_at_ten_times_the_pairs"] = round(rate, 2)
            result["long_queue"] = {"pairs": 10 * pairs, **longer, **bench.calm(windows)}
        result |= {"decided": servers.decided(), "given_twice": servers.given_twice()}
        if chosen.peer:
            told = {"pairs": pairs, "sessions": chosen.sessions, "seconds": seconds}
            other = peer.measure(chosen.peer, running.database_port, told, windows)
            other["times_ours"] = round(result["decisions_per_s"] / other["decisions_per_s"], 1)
            result["peer"] = other
    return result | {"sessions": chosen.sessions, "windows": windows, "window_s": seconds}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="20,000 pairs and short windows")
    parser.add_argument("--pairs", type=int)
    parser.add_argument("--sessions", type=int, default=32)
    parser.add_argument("--short", dest="long", action="store_false", help="no longer queue")
    parser.add_argument("--peer", metavar="PYTHON", help="of an environment with Label Studio")
    chosen = parser.parse_args()
    load = os.getloadavg()[0]
    result = measure(chosen)
    machine = {
        "cpus": os.cpu_count(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "load_before": round(load, 2),
    }
    print(json.dumps({**result, "targets": TARGETS, "machine": machine}))


if __name__ == "__main__":
    main()
