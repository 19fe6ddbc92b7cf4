"""What a project asks of its annotators: the latest version that a lead saved, or the built-in form.

Labels are in the project's own words, in Chinese and English; none of them goes through gettext.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import get_language

from annotation.models import Annotation, DeskForm, Mode, Project
from cqia.accounts.models import User, record

BUILT_IN = 0  # the version of the form that comes with CQIA
_VERSIONS_KEPT = 256  # in memory, of all projects


class Kind(StrEnum):
    """What may be put into a field."""

    TEXT = "text"
    CHOICE = "choice"
    CHOICES = "choices"
    NUMBER = "number"
    DATE = "date"


@dataclass(frozen=True)
class Choice:
    """Something to choose, known by its key for good; the words may change with a version."""

    key: str
    zh: str = ""
    en: str = ""
    hint: str = ""

    @property
    def label(self) -> str:
        """In the reader's language, else in the other one."""
        chinese = (get_language() or "").startswith("zh")
        words = (self.zh, self.en) if chinese else (self.en, self.zh)
        return words[0] or words[1] or self.key

    def __str__(self) -> str:
        return self.label


@dataclass(frozen=True)
class Criterion(Choice):
    """A scale of whole points. An answer below `line` on it must be rewritten."""

    low: int = 1
    high: int = 5
    line: int | None = None

    @property
    def points(self) -> range:
        return range(self.low, self.high + 1)

    def is_low(self, points: int) -> bool:
        return self.line is not None and points < self.line


@dataclass(frozen=True)
class When:
    """Asked only where `name`, which is "verb" or the key of an earlier field, is one of `values`."""

    name: str
    values: tuple[str, ...]

    def holds(self, verb: str, fields: Mapping[str, Any]) -> bool:
        said = verb if self.name == "verb" else fields.get(self.name, ())
        several = said if isinstance(said, list | tuple) else [said]
        return any(str(one) in self.values for one in several)


@dataclass(frozen=True)
class Field(Choice):
    """Something else that is asked; `options` are of a choice or of choices."""

    kind: Kind = Kind.TEXT
    options: tuple[Choice, ...] = ()
    required: bool = False
    when: When | None = None


@dataclass(frozen=True)
class Form:
    """One version, `pk` None for the built-in one."""

    pk: int | None
    version: int
    mode: Mode
    reasons: tuple[Choice, ...]
    tags: tuple[Choice, ...]
    criteria: tuple[Criterion, ...] = ()
    fields: tuple[Field, ...] = ()

    def reasons_in_words(self, keys: Iterable[str]) -> list[str]:
        """A key that is not in this version stands for itself."""
        known = {reason.key: reason.label for reason in self.reasons}
        return [known.get(key, key) for key in keys]

    def tag_in_words(self, key: str) -> str:
        return next((tag.label for tag in self.tags if tag.key == key), key)


# Ours: the paper publishes no taxonomy.
_BUILT_IN = Form(
    pk=None,
    version=BUILT_IN,
    mode=Mode.DECIDE,
    reasons=(
        Choice("wrong", "事实错误", "Wrong facts"),
        Choice("off_topic", "答非所问", "Off topic"),
        Choice("ad", "广告", "Advertisement"),
        Choice("harmful", "有害", "Harmful"),
        Choice("format", "格式混乱", "Broken format"),
        Choice("unanswerable", "不可回答", "Cannot be answered"),
        Choice("other", "其他", "Other"),
    ),
    tags=(
        Choice("fact", "改正事实", "Facts corrected"),
        Choice("complete", "补充内容", "Something added"),
        Choice("concise", "删减冗余", "Made concise"),
        Choice("wording", "润色表达", "Wording"),
        Choice("format", "调整格式", "Format"),
        Choice("prompt", "修改题目", "Question mended"),
    ),
)


def of_version(project_id: int, version: int | None) -> Form:
    """This version of a project's form, the built-in one where it has no such version."""
    if not version:
        return _BUILT_IN
    try:
        return _saved(project_id, version)
    except DeskForm.DoesNotExist:
        return _BUILT_IN


@lru_cache(maxsize=_VERSIONS_KEPT)
def _saved(project_id: int, version: int) -> Form:
    # A version is never changed, so every process may keep it; what is not there is not kept.
    return read(DeskForm.objects.get(project=project_id, version=version))


def in_force(project: Project) -> Form:
    last = project.desk_forms.aggregate(last=Max("version"))["last"]
    return of_version(project.pk, last)


def seen(project: Project, version: int | None) -> Form:
    """The version that was on the page; the one in force where the page named none."""
    return in_force(project) if version is None else of_version(project.pk, version)


def of_decision(annotation: Annotation) -> Form:
    return read(annotation.form) if annotation.form else _BUILT_IN


def read(saved: DeskForm) -> Form:
    return Form(
        pk=saved.pk,
        version=saved.version,
        mode=Mode(saved.mode),
        reasons=tuple(Choice(**one) for one in saved.reasons),
        tags=tuple(Choice(**one) for one in saved.tags),
        criteria=tuple(Criterion(**one) for one in saved.criteria),
        fields=tuple(_field(**one) for one in saved.fields),
    )


def _field(
    kind: str, options: Iterable[Mapping[str, str]] = (), when: Any = None, **rest: Any
) -> Field:
    return Field(
        kind=Kind(kind),
        options=tuple(Choice(**one) for one in options),
        when=When(when["name"], tuple(when["values"])) if when else None,
        **rest,
    )


def publish(project: Project, author: User, mode: Mode, parts: Mapping[str, Any]) -> DeskForm:
    """Store the next version; `parts` are the lists of DeskForm as JSON. Earlier decisions keep theirs."""
    with transaction.atomic():
        Project.objects.select_for_update().get(pk=project.pk)
        last = project.desk_forms.aggregate(last=Max("version"))["last"] or BUILT_IN
        saved = DeskForm(project=project, version=last + 1, mode=mode, author=author, **dict(parts))
        read(saved)  # what cannot be read is not stored
        saved.save()
        record(author, "form published", project.pk, version=saved.version)
    return saved
