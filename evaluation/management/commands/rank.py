"""`cqia rank`: compute the ranking of a bundle again. Needs neither database nor network."""

import math
import unicodedata
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cqia.lib.errors import CqiaError
from evaluation import bundle
from evaluation.ranking import CENTRE, SCALE
from evaluation.reckoning import SAMPLES, Asked, groups_of, reckon
from evaluation.statistics import bootstrap
from evaluation.statistics.table import Table

_SAME = 0.01  # points of rating within which two computers agree; a default of this project
_HEADS = (
    *("rank", "model", "rating", "95%", "bootstrap", "adjusted", "95%"),
    *("better or equal", "votes"),
)


class Command(BaseCommand):
    help = "Compute the ranking of a bundle again, and say whether it is the one published."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("bundle", type=Path, help="the zip file of a closed campaign")
        parser.add_argument(
            "--bootstrap",
            type=_samples,
            metavar="SAMPLES",
            help="also print intervals by a bootstrap of prompts, of 40 to 10,000 samples",
        )

    def handle(self, **options: Any) -> None:
        file: Path = options["bundle"]
        if not file.is_file():
            raise CommandError(f"{file}: there is no such file.")
        try:
            found = bundle.unpack(file)
            figures = reckon(found.table, _asked(found.campaign), found.criteria)
        except CqiaError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{found.campaign.get('name', '')}")
        self.stdout.write(f"{figures['votes']:,} votes of {figures['voters']:,} evaluators\n\n")
        self.stdout.write("\n".join(lines_of(figures)) + "\n")
        if options["bootstrap"] and figures["votes"]:
            drawn = bootstrapped(found.table, figures, options["bootstrap"])
            self.stdout.write("\n" + "\n".join(drawn) + "\n")
        if not same(figures, found.board):
            raise CommandError("This is not the ranking that the bundle says was published.")
        self.stdout.write("The same as published.")


def lines_of(figures: Mapping[str, Any]) -> list[str]:
    """The board as lines of a table; Han characters count as two columns wide."""
    adjusted = {each["model"]: each for each in figures["adjusted"]}
    tallies = {each["model"]: each for each in figures["tallies"]}
    drawn = {each["model"]: each for each in figures["bootstrap"]}
    known = (drawn, adjusted, tallies)
    return _lines(
        [
            _HEADS,
            *(_row(each, *(of.get(each["model"]) for of in known)) for each in figures["board"]),
        ]
    )


def bootstrapped(table: Table, figures: Mapping[str, Any], samples: int) -> list[str]:
    """Lines of a table: the intervals of the board beside those of so many bootstrap samples.

    The draws begin at a seed of 0, so that the same bundle prints the same.
    """
    low, high = bootstrap.bounds(table, groups_of(table), samples=samples, seed=0)
    rows = [("model", "rating", "95% by the sandwich", f"95% by {samples:,} bootstrap samples")]
    for each in figures["board"]:
        at = table.models.index(each["model"])
        drawn = {"low": CENTRE + SCALE * low[at], "high": CENTRE + SCALE * high[at]}
        rows.append((each["model"], f"{each['rating']:.0f}", _bounds(each), _bounds(drawn)))
    return _lines(rows)


def same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two boards have the same models in the same places, with the same ratings."""
    try:
        return all(_agree(one[name], other[name]) for name in ("board", "adjusted"))
    except (KeyError, TypeError):
        return False


def _agree(one: list[dict[str, Any]], other: list[dict[str, Any]]) -> bool:
    if [(each["model"], each["rank"]) for each in one] != [(e["model"], e["rank"]) for e in other]:
        return False
    figures = ("rating", "low", "high")
    pairs = ((a[name], b[name]) for a, b in zip(one, other, strict=True) for name in figures)
    return all(math.isclose(a, b, rel_tol=0, abs_tol=_SAME) for a, b in pairs)


def _samples(text: str) -> int:
    if not text.isdecimal() or not 40 <= int(text) <= 10_000:
        raise ArgumentTypeError(f"{text} is not a number from 40 to 10,000")
    return int(text)


def _asked(campaign: Mapping[str, Any]) -> Asked:
    try:
        computed = campaign["computed"]
        samples = int(computed.get("samples", SAMPLES))
        return Asked(int(computed["seed"]), min(max(samples, 0), 10_000), str(computed["baseline"]))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise CqiaError("bundle_shape", {"file": "campaign.json"}) from error


def _row(
    each: Mapping[str, Any],
    drawn: Mapping[str, Any] | None,
    other: Mapping[str, Any] | None,
    tally: Mapping[str, Any] | None,
) -> tuple[str, ...]:
    return (
        _rank(each),
        each["model"],
        f"{each['rating']:.0f}",
        _bounds(each),
        _bounds(drawn) if drawn else "–",
        f"{other['rating']:.0f}" if other else "–",
        _bounds(other) if other else "–",
        f"{tally['better_or_equal']:.1%}" if tally else "–",
        f"{each['votes']:,}",
    )


def _rank(each: Mapping[str, Any]) -> str:
    low, high = each["rank_low"], each["rank_high"]
    return f"{each['rank']}" if low == high else f"{each['rank']} ({low}–{high})"


def _bounds(each: Mapping[str, Any]) -> str:
    return f"{each['low']:.0f}–{each['high']:.0f}"


def _lines(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(_width(row[at]) for row in rows) for at in range(len(rows[0]))]
    return ["  ".join(_padded(row, widths)).rstrip() for row in rows]


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _padded(row: tuple[str, ...], widths: list[int]) -> list[str]:
    return [text + " " * (width - _width(text)) for text, width in zip(row, widths, strict=True)]
