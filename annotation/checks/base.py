"""What a check is: it measures. Whether a pair is dropped, its project's line decides."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from annotation.checks.prose import prose
from annotation.checks.shape import shape_of
from annotation.newcomers import Newcomers
from cqia.lib import segment

EVIDENCE = 200  # characters of evidence that are kept
SEGMENTED = 600  # characters of an answer whose words are looked at: segmenting costs the most


@dataclass(frozen=True)
class Text:
    """A pair as a check sees it: the whole prompt, and each of the answers.

    What several checks look at is worked out once, when the first of them asks. `floor` is the
    least length, in characters, that the pair's source asks of an answer; 0 where it asks for none.
    """

    prompt: str
    answers: tuple[str, ...]
    floor: int = 0

    @cached_property
    def parts(self) -> tuple[str, ...]:
        """The prompt and every answer."""
        return (self.prompt, *self.answers)

    @cached_property
    def whole(self) -> str:
        return "\n".join(self.parts)

    @cached_property
    def prose(self) -> tuple[str, ...]:
        """Each part without code, formulas, tags and addresses."""
        return tuple(map(prose, self.parts))

    @cached_property
    def shape(self) -> bytes:
        """`whole` with one byte a character that says of what kind it is: annotation.checks.shape."""
        return shape_of(self.whole)

    @cached_property
    def shapes(self) -> tuple[bytes, ...]:
        """The shape of each part's prose."""
        found, start = [], 0
        for part, prose_of_it in zip(self.parts, self.prose, strict=True):
            same = prose_of_it is part
            found.append(self.shape[start : start + len(part)] if same else shape_of(prose_of_it))
            start += len(part) + 1
        return tuple(found)

    @cached_property
    def prompt_words(self) -> list[str]:
        return segment.words(self.prose[0][:SEGMENTED])

    @cached_property
    def answer_words(self) -> list[list[str]]:
        """The words of each answer's prose."""
        return [segment.words(part[:SEGMENTED]) for part in self.prose[1:]]

    @cached_property
    def answer_terms(self) -> list[list[str]]:
        """The Chinese ones among them: no marks, no figures, no other scripts."""
        return [
            list(filter(str.isalnum, filter("\u4e00".__le__, one))) for one in self.answer_words
        ]


@dataclass(frozen=True)
class Measurement:
    score: float
    evidence: str = ""


@dataclass(frozen=True)
class Bounds:
    """Where a line stands: a score outside [low, high] drops the pair where the line is on."""

    low: float | None = None
    high: float | None = None
    enabled: bool = True


class Group(models.TextChoices):
    """What a check looks at: pages list the checks by it, in this order."""

    LENGTH = "length", _("Length and language")
    FAULTS = "faults", _("Text faults")
    CONTENT = "content", _("Content")
    PERSONAL = "personal", _("Contact and personal data")
    DUPLICATES = "duplicates", _("Duplicates")
    CONTAMINATION = "contamination", _("Contamination")
    LEARNED = "learned", _("Learned quality and judge")


class Check:
    """Its bounds are this project's defaults, not the paper's; a pair outside them is dropped.

    A check that is off (`enabled = False`) only warns: it is measured, shown, and drops nothing.
    A higher `version` has every stored finding measured anew at the next run.
    """

    id: ClassVar[str]
    name: ClassVar[Promise]
    description: ClassVar[Promise]
    unit: ClassVar[Promise]
    group: ClassVar[Group] = Group.CONTENT
    too_low: ClassVar[Promise]  # why a pair is dropped; may name %(score)s and %(evidence)s
    too_high: ClassVar[Promise]
    version: ClassVar[int] = 1
    low: ClassVar[float | None] = None
    high: ClassVar[float | None] = None
    enabled: ClassVar[bool] = True
    strict: ClassVar[Bounds | None] = None  # of the presets; None: as by default
    lenient: ClassVar[Bounds | None] = None
    whole: ClassVar[bool] = True  # scores are whole numbers
    share: ClassVar[bool] = False  # scores are between 0 and 1
    step: ClassVar[str] = "1"  # of the form's fields
    # The least and the greatest score there can be; None: from 0 on, drawn logarithmically.
    scale: ClassVar[tuple[float, float] | None] = None
    # While an answer is written: whether one beyond the line cannot be submitted, and whether it is
    # looked at beside its question, or alone.
    blocks: ClassVar[bool] = False
    beside_prompt: ClassVar[bool] = False
    # Examples, written by us: texts that the default bounds let pass, and texts that they do not.
    passes: ClassVar[tuple[Text, ...]] = ()
    fails: ClassVar[tuple[Text, ...]] = ()

    def version_in(self, project_id: int) -> int:
        """The version of its findings in a project; more than `version` where it also depends on
        what the project's people maintain, such as a lexicon."""
        return self.version


class Share(Check):
    """Its scores are shares or chances, from 0 to 1."""

    whole = False
    share = True
    step = "0.01"
    scale: ClassVar[tuple[float, float] | None] = (0, 1)


class TextCheck(Check, ABC):
    """Looks at one pair alone, without a database."""

    @abstractmethod
    def measure(self, text: Text) -> Measurement: ...


class ProjectCheck(Check, ABC):
    """Looks at one pair alone, by something that the project's people maintain."""

    @abstractmethod
    def measurer(self, project_id: int) -> Callable[[Text], Measurement]:
        """What measures one text, with everything it needs read once."""


class CorpusCheck(Check, ABC):
    """Looks at a pair among all pairs of its project."""

    @abstractmethod
    def measure_many(self, newcomers: Newcomers) -> dict[int, Measurement]:
        """A measurement for every one of the pairs, which have arrived (annotation.near_duplicates)."""
