"""What a check is: it measures. Whether a pair is dropped, its project's threshold decides."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from django.utils.functional import Promise

EVIDENCE = 200  # characters of evidence that are kept


@dataclass(frozen=True)
class Text:
    """A pair as a check sees it: the whole prompt, and each of the answers."""

    prompt: str
    answers: tuple[str, ...]


@dataclass(frozen=True)
class Measurement:
    score: float
    evidence: str = ""


class Check:
    """Its bounds are this project's defaults, not the paper's; a pair outside them is dropped.

    A higher `version` has every stored finding measured anew at the next run.
    """

    id: ClassVar[str]
    name: ClassVar[Promise]
    description: ClassVar[Promise]
    unit: ClassVar[Promise]
    too_low: ClassVar[Promise]  # why a pair is dropped; may name %(score)s and %(evidence)s
    too_high: ClassVar[Promise]
    version: ClassVar[int] = 1
    low: ClassVar[float | None] = None
    high: ClassVar[float | None] = None
    enabled: ClassVar[bool] = True
    whole: ClassVar[bool] = True  # scores are whole numbers
    share: ClassVar[bool] = False  # scores are between 0 and 1
    step: ClassVar[str] = "1"  # of the form's fields
    # The least and the greatest score there can be; None: from 0 on, drawn logarithmically.
    scale: ClassVar[tuple[float, float] | None] = None


class TextCheck(Check, ABC):
    """Looks at one pair alone, without a database."""

    @abstractmethod
    def measure(self, text: Text) -> Measurement: ...


class CorpusCheck(Check, ABC):
    """Looks at a pair among all pairs of its project."""

    @abstractmethod
    def measure_many(self, project_id: int, pair_ids: Sequence[int]) -> dict[int, Measurement]:
        """A measurement for every one of the pairs, which are not measured yet."""
