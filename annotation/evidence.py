"""How an answer came about: time at work, and what was typed, pasted and composed with an input method.

For the reviewer's eyes. Nothing is decided by it.
"""

import json
from typing import Any, NamedTuple

from annotation.models import Annotation

COUNTED = ("typed", "pasted", "composed")
_MOST = 10_000_000  # characters; what a browser tells beyond is no count


class Writing(NamedTuple):
    """Characters by the way in which they came into the text."""

    typed: int = 0
    pasted: int = 0
    composed: int = 0

    @property
    def total(self) -> int:
        return sum(self)

    @property
    def typed_share(self) -> float:
        return self._share(self.typed)

    @property
    def pasted_share(self) -> float:
        return self._share(self.pasted)

    @property
    def composed_share(self) -> float:
        return self._share(self.composed)

    def _share(self, count: int) -> float:
        """Of all that was written, from 0 to 1."""
        return count / self.total if self.total else 0.0


def keep(annotation: Annotation, raw: object) -> None:
    """Put what the browser counted on an annotation that is about to be stored; asks the database nothing.

    `raw` is the JSON of the field `evidence`, or what was read from it. The clock of the server is
    the upper bound of the active time, so `annotation.seconds` must be set. What is no count counts
    for nothing, and never stops a submit.
    """
    told = _told(raw)
    active = _number(told.get("active_s"))
    if active is not None:
        annotation.active_seconds = min(active, annotation.seconds)
    counts = {name: _number(told.get(name)) for name in COUNTED}
    if any(counts.values()):
        annotation.writing = {name: int(count or 0) for name, count in counts.items()}


def writing_of(annotation: Annotation) -> Writing | None:
    """What was counted while this answer was written; None where nothing was."""
    return Writing(**annotation.writing) if annotation.writing else None


def _told(raw: object) -> dict[str, Any]:
    if isinstance(raw, str):
        try:
            raw = json.loads(raw or "{}")
        except (ValueError, RecursionError):
            return {}
    return raw if isinstance(raw, dict) else {}


def _number(value: object) -> float | None:
    """A count from 0 on; None for anything else, NaN included."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(min(value, _MOST)) if value >= 0 else None
