from collections.abc import Callable
from functools import lru_cache

from django.utils.translation import gettext_lazy as _

from annotation.checks.base import EVIDENCE, Bounds, Group, Measurement, ProjectCheck, Text
from annotation.models.lexicon import LexiconVersion
from cqia.lib.lexicon import Hit, Matcher


class Sensitive(ProjectCheck):
    """Off by default: a word alone does not say whether a text spreads something or warns of it.

    Every save of a lexicon is one version more, so that the next run measures anew.
    """

    id = "sensitive"
    name = _("Sensitive words")
    description = _(
        "Words of the project's lexicons in question and answers, where they stand as words of "
        "their own; each different word adds the weight of its lexicon."
    )
    unit = _("weight")
    group = Group.CONTENT
    too_low = _("Too few sensitive words were found.")
    too_high = _("Sensitive words: “%(evidence)s”")
    high = 1
    enabled = False
    strict = Bounds(high=0, enabled=False)
    lenient = Bounds(high=3, enabled=False)
    whole = False
    step = "0.1"

    def version_in(self, project_id: int) -> int:
        return self.version + LexiconVersion.objects.of(project_id).count()

    def measurer(self, project_id: int) -> Callable[[Text], Measurement]:
        words = words_of(project_id)
        return words.measure if words.weights else _nothing


class Words:
    """The words of several versions of lexicons, each with what it weighs and whose it is."""

    def __init__(self, versions: list[LexiconVersion]) -> None:
        self.weights: dict[str, tuple[float, str]] = {}
        for version in versions:
            mine = (version.weight, version.lexicon.name)
            for word in version.words:
                self.weights[word] = max(self.weights.get(word, mine), mine)
        self._matcher = Matcher(self.weights)

    def hits(self, text: str) -> list[Hit]:
        return self._matcher.hits(text)

    def measure(self, text: Text) -> Measurement:
        """Evidence is the words as they stand in the text, then the lexicons they are of."""
        found: dict[str, str] = {}
        for hit in self.hits(text.whole):
            found.setdefault(hit.word, text.whole[hit.start : hit.end])
        if not found:
            return _NOTHING
        weights = [self.weights[word] for word in found]
        names = "".join(f"〔{name}〕" for name in dict.fromkeys(name for _weight, name in weights))
        evidence = " … ".join(found.values())[: max(EVIDENCE - len(names) - 3, 0)]
        return Measurement(sum(weight for weight, _name in weights), f"{evidence} … {names}")


def words_of(project_id: int) -> Words:
    """The words of the lexicons that are on."""
    latest = LexiconVersion.objects.latest_of(project_id).values_list("pk", "enabled")
    return _words(tuple(pk for pk, enabled in latest if enabled))


@lru_cache(maxsize=16)  # versions never change
def _words(versions: tuple[int, ...]) -> Words:
    rows = LexiconVersion.objects.filter(pk__in=versions).select_related("lexicon")
    return Words(list(rows.order_by("pk")))


_NOTHING = Measurement(0)


def _nothing(_text: Text) -> Measurement:
    return _NOTHING
