"""What a release is composed of: which rows, how they are mixed, split and ordered, and for what.

Plain data that is read from JSON and written as JSON; review.composing makes the selection.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Self

from annotation.checks import CHECK_OF
from cqia.lib.errors import CqiaError
from review.composition_fields import (
    choice,
    day,
    known_fields,
    number,
    text,
    texts,
    whole,
    yes,
)
from review.exports import EXPORTERS
from review.exports.templates import DEFAULT, TEMPLATES

BYS = ("source", "task_type", "band", "length", "domain")
UNITS = ("rows", "tokens")
VERBS = ("accept", "rewrite", "pick", "rank", "fix")
ORDERS = ("source", "shuffled")
USES = ("research", "commercial", "open")
SPLITS = ("train", "validation", "test")
MOST_TOTAL, MOST_SHARD, MOST_COPIES, MOST_PARTS, SEED_LENGTH = 10**12, 10**9, 100, 500, 64


@dataclass(frozen=True)
class Line:
    """Rows whose finding of a check lies in [low, high]; open where None."""

    check: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Query:
    """Which approved rows; whatever is empty leaves nothing out.

    `tasks` and `domains` match any of a row's; `licences` are kinds as in annotation.terms; `verbs`
    say how the answer came about. `agreement` is the least share of pairs of annotators who decided
    by the same verb; a row on which one person alone decided has none. `since` and `until` are days of
    approval, both included. `rejected` adds rejected rows, to which `verbs` and days do not apply.
    """

    rejected: bool = False
    sources: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    licences: tuple[str, ...] = ()
    verbs: tuple[str, ...] = ()
    checks: tuple[Line, ...] = ()
    agreement: float | None = None
    since: date | None = None
    until: date | None = None

    @classmethod
    def from_json(cls, given: object) -> Self:
        data = known_fields(given, "query", cls)
        verbs = texts(data, "verbs")
        for verb in verbs:
            choice({"verbs": verb}, "verbs", VERBS)
        since, until = day(data, "since"), day(data, "until")
        if since and until and since > until:
            raise CqiaError("composition_range", {"field": "since"})
        return cls(
            rejected=yes(data, "rejected"),
            sources=texts(data, "sources"),
            tasks=texts(data, "tasks"),
            domains=texts(data, "domains"),
            licences=texts(data, "licences"),
            verbs=verbs,
            checks=_lines(data.get("checks") or {}),
            agreement=number(data, "agreement", 0, 1),
            since=since,
            until=until,
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "rejected": self.rejected,
            "sources": list(self.sources),
            "tasks": list(self.tasks),
            "domains": list(self.domains),
            "licences": list(self.licences),
            "verbs": list(self.verbs),
            "checks": {one.check: {"low": one.low, "high": one.high} for one in self.checks},
            "agreement": self.agreement,
            "since": self.since and self.since.isoformat(),
            "until": self.until and self.until.isoformat(),
        }


def _lines(given: object) -> tuple[Line, ...]:
    if not isinstance(given, Mapping):
        raise CqiaError("composition_shape", {"field": "checks"})
    lines = []
    for check in sorted(given):
        if check not in CHECK_OF:
            raise CqiaError("unknown_check", {"check": str(check)})
        data = known_fields(given[check], "checks", Line)
        low, high = number(data, "low"), number(data, "high")
        if low is not None and high is not None and low > high:
            raise CqiaError("composition_range", {"field": check})
        if low is not None or high is not None:
            lines.append(Line(check, low, high))
    return tuple(lines)


@dataclass(frozen=True)
class Mixture:
    """How much of each part: ratios of `total` (None: as much as there is), or `sizes` themselves.

    Parts are strata by `by`; rows of other strata are left out. `unit` says what is counted: rows, or
    the tokens of prompt and answer. A row comes at most `most_copies` times.
    """

    by: str
    parts: tuple[tuple[str, float], ...]
    unit: str = "rows"
    sizes: bool = False
    total: int | None = None
    most_copies: int = 1

    @classmethod
    def from_json(cls, given: object) -> Self:
        data = known_fields(given, "mixture", cls)
        parts = data.get("parts") or {}
        if not isinstance(parts, Mapping) or len(parts) > MOST_PARTS:
            raise CqiaError("composition_shape", {"field": "parts"})
        amounts = {
            text({"parts": name}, "parts"): number({name: parts[name]}, name, 0, MOST_TOTAL) or 0
            for name in sorted(parts)
        }
        if not any(amounts.values()):
            raise CqiaError("mixture_empty")
        return cls(
            by=choice(data, "by", BYS),
            parts=tuple((name, amount) for name, amount in amounts.items() if amount),
            unit=choice(data, "unit", UNITS),
            sizes=yes(data, "sizes"),
            total=whole(data, "total", MOST_TOTAL),
            most_copies=whole(data, "most_copies", MOST_COPIES) or 1,
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "by": self.by,
            "unit": self.unit,
            "parts": dict(self.parts),
            "sizes": self.sizes,
            "total": self.total,
            "most_copies": self.most_copies,
        }


@dataclass(frozen=True)
class Split:
    """Shares of the rows that go to validation and test; the rest is for training."""

    validation: float = 0.0
    test: float = 0.0

    @classmethod
    def from_json(cls, given: object) -> Self:
        data = known_fields(given, "split", cls)
        split = cls(
            number(data, "validation", 0, 1) or 0.0,
            number(data, "test", 0, 1) or 0.0,
        )
        if split.validation + split.test >= 1:
            raise CqiaError("split_too_much")
        return split

    def to_json(self) -> dict[str, Any]:
        return {"validation": self.validation, "test": self.test}

    @property
    def wanted(self) -> dict[str, float]:
        """Those that are asked for, the test split first: it is the one that must be right."""
        shares = {"test": self.test, "validation": self.validation}
        return {name: share for name, share in shares.items() if share}


@dataclass(frozen=True)
class Body:
    """All of it. Left out: everything approved, by source, in every format, for research.

    The defaults are this project's own.
    """

    query: Query = field(default_factory=Query)
    mixture: Mixture | None = None
    split: Split = field(default_factory=Split)
    order: str = "source"
    seed: str = ""
    dated: date | None = None  # of None, the day on which it is frozen
    use: str = "research"
    formats: tuple[str, ...] = ()
    shard_rows: int | None = None
    compress: bool = False
    chat_template: str = DEFAULT

    @classmethod
    def from_json(cls, given: object) -> Self:
        """Raises CqiaError that names the field; whatever is missing has its default."""
        data = known_fields(given, "composition", cls)
        formats = texts(data, "formats")
        for one in formats:
            choice({"formats": one}, "formats", tuple(exporter.id for exporter in EXPORTERS))
        mixture = data.get("mixture")
        return cls(
            query=Query.from_json(data.get("query") or {}),
            mixture=Mixture.from_json(mixture) if mixture else None,
            split=Split.from_json(data.get("split") or {}),
            order=choice(data, "order", ORDERS),
            seed=text(data, "seed", SEED_LENGTH),
            dated=day(data, "dated"),
            use=choice(data, "use", USES),
            formats=formats,
            shard_rows=whole(data, "shard_rows", MOST_SHARD),
            compress=yes(data, "compress"),
            chat_template=choice(data, "chat_template", tuple(TEMPLATES), DEFAULT),
        )

    def to_json(self) -> dict[str, Any]:
        """Every field, so that what is frozen says what it was made with."""
        return {
            "query": self.query.to_json(),
            "mixture": self.mixture and self.mixture.to_json(),
            "split": self.split.to_json(),
            "order": self.order,
            "seed": self.seed,
            "dated": self.dated and self.dated.isoformat(),
            "use": self.use,
            "formats": list(self.formats),
            "shard_rows": self.shard_rows,
            "compress": self.compress,
            "chat_template": self.chat_template,
        }
