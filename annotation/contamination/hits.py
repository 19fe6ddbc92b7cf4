"""What was found: how many pairs of each source are like an item of each benchmark."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, F, Func, Q, QuerySet, TextField, Value

from annotation.contamination.waivers import contaminated
from annotation.models import Benchmark, Finding, Project, Source


@dataclass(frozen=True)
class Row:
    """A benchmark and its hits, in the order of the table's sources; the last is of all."""

    benchmark: Benchmark
    hits: list[int]
    total: int


@dataclass(frozen=True)
class Table:
    sources: Sequence[Source]
    rows: list[Row]


def table(project: Project) -> Table:
    """Every benchmark of the project by every source in which something was found."""
    name = Func(
        F("evidence"), Value(" · "), Value(1), function="split_part", output_field=TextField()
    )
    grouped = contaminated(project).annotate(benchmark=name).values("benchmark", "pair__source")
    counts = {
        (one["benchmark"], one["pair__source"]): one["n"] for one in grouped.annotate(n=Count("id"))
    }
    met = {source for _, source in counts}
    sources = list(Source.objects.filter(pk__in=met).order_by("name"))
    rows = []
    for benchmark in Benchmark.objects.of(project).select_related("job", "created_by"):
        hits = [counts.get((benchmark.name, source.pk), 0) for source in sources]
        rows.append(Row(benchmark, hits, sum(hits)))
    return Table(sources, rows)


def listed(project: Project, benchmark: str, source: str) -> QuerySet[Finding]:
    """The findings beyond the line, the most alike first."""
    chosen = Q(pair__source=int(source)) if source.isdecimal() and len(source) < 10 else Q()
    found = contaminated(project, benchmark).filter(chosen).order_by("-score", "pair")
    return found.select_related("pair__source", "pair__waiver__user")
