"""What the people of the demo do to which row: read from the files beside this one."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
Place = tuple[str, int]  # a file of candidates, and the line in it

SOURCES = {
    "community.jsonl": ("社区问答", "cqia"),
    "encyclopedia.jsonl": ("百科词条", "cqia"),
    "exam.jsonl": ("考试解析", "cqia"),
    "silly_questions.jsonl": ("傻问题", "cqia"),
    "howto.jsonl": ("生活指南", "cqia"),
    "classical.jsonl": ("古文", "cqia"),
    "nlp_task.jsonl": ("语言任务", "cqia"),
    "safety.jsonl": ("价值观与安全", "responses"),
}

ACCEPTED = 12
"""Good rows of each file that are accepted; the others wait for whoever tries the workbench."""

RANKED = 18

_REASONS = {
    "advertisement": "ad",
    "mojibake": "format",
    "repetition": "format",
    "wrong_fact": "wrong",
}


@dataclass(frozen=True)
class Decided:
    """One annotator's decision; `order` lists the answers by their place in the file, best first."""

    place: Place
    verb: str
    text: str = ""
    reason: str = ""
    note: str = ""
    orders: tuple[list[int], list[int]] = ([], [])  # of the first and the second annotator


@dataclass(frozen=True)
class Reviewed:
    verb: str
    old: str = ""
    new: str = ""
    remark: str = ""


def read(name: str) -> Any:
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


def text(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8").strip()


def decisions() -> Iterator[Decided]:
    """All decisions of the annotators, rows that the pre-filter drops included."""
    planted = read("planted.json")
    told = read("rewrites.json")
    for row in told["rewrites"]:
        yield Decided((row["file"], row["line"]), "rewrite", text=row["rewrite"])
    for row in told["rejections"]:
        kind = planted[row["file"]][str(row["line"])]
        reason = _REASONS.get(kind, "other")
        yield Decided((row["file"], row["line"]), "reject", reason=reason, note=row["reason"])
    for line, orders in list(read("rankings.json")["safety.jsonl"].items())[:RANKED]:
        both = (orders["annotator"], orders["second_annotator"])
        yield Decided(("safety.jsonl", int(line)), "rank", orders=both)
    for file, (_, recipe) in SOURCES.items():
        if recipe == "cqia":
            yield from _accepted(file, planted[file])


def _accepted(file: str, planted: dict[str, str]) -> Iterator[Decided]:
    good = (line for line in range(1, 100) if str(line) not in planted)
    for line, _ in zip(good, range(ACCEPTED), strict=False):
        yield Decided((file, line), "accept")


def reviews() -> dict[Place, Reviewed]:
    """Reviews that are more than an approval."""
    told = read("reviews.json")
    found = {}
    for row in told["fixes"]:
        found[row["file"], row["line"]] = Reviewed("fix", old=row["old"], new=row["new"])
    for row in told["returns"]:
        found[row["file"], row["line"]] = Reviewed("return", remark=row["remark"])
    for row in told["rejections"]:
        found[row["file"], row["line"]] = Reviewed("reject", remark=row["remark"])
    return found
