"""What the sources page shows of each source, in three queries whatever their number."""

from collections import defaultdict
from dataclasses import dataclass

from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import Count

from annotation.models import Batch, Pair, Project, Source, State
from annotation.views.import_form import TermsForm


@dataclass(frozen=True)
class Standing:
    """How many pairs of a source stand in a state."""

    state: str
    label: str
    pairs: int

    @property
    def shown(self) -> str:
        return f"{self.label} {intcomma(self.pairs)}"


@dataclass(frozen=True)
class Card:
    source: Source
    rows: int
    standings: list[Standing]
    files: list[Batch]

    @property
    def terms_form(self) -> TermsForm:
        """Its fields are named apart from those of the other cards."""
        return TermsForm(instance=self.source, auto_id=f"terms-{self.source.pk}-%s")


def cards_of(project: Project) -> list[Card]:
    standings, files = _standings(project), defaultdict(list)
    batches = Batch.objects.with_figures().filter(source__project=project).select_related("job")
    for batch in batches.order_by("-created_at"):
        files[batch.source_id].append(batch)
    return [
        Card(
            source,
            sum(standing.pairs for standing in standings[source.pk]),
            standings[source.pk],
            files[source.pk],
        )
        for source in project.sources.order_by("name")
    ]


def _standings(project: Project) -> dict[int, list[Standing]]:
    counts = Pair.objects.filter(project=project).values_list("source", "state")
    found = sorted(counts.annotate(pairs=Count("pk")), key=lambda row: State.values.index(row[1]))
    standings: dict[int, list[Standing]] = defaultdict(list)
    for source, state, pairs in found:  # in the order in which pairs go through the states
        standings[source].append(Standing(state, str(State(state).label), pairs))
    return standings
