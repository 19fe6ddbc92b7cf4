"""What a page tells of a judge beside people, and its plots."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from cqia.lib import charts, mix_charts
from cqia.lib.charts import Chart
from evaluation import judging
from evaluation.judge_cases import cases_of
from evaluation.models import Campaign, JudgeFailure, JudgeRun
from evaluation.statistics import judges
from evaluation.statistics.judges import Agreement, Biases, Case, Favour

SHOWN = 50
"""Failures that a page lists; a default of this project."""


@dataclass(frozen=True)
class Report:
    """`cases`: comparisons with votes and a judge's opinion, which all figures are of.

    `failures`: what the judge did not say, SHOWN of them at most.
    """

    run: JudgeRun
    wanted: int
    given: int
    cases: list[Case]
    whole: Agreement
    categories: list[Agreement]
    biases: Biases
    favours: list[Favour]
    own: frozenset[str]  # compared models that the judge is, or that share its base
    failures: list[JudgeFailure]

    @property
    def by_score(self) -> bool:
        return self.run.method == JudgeRun.Method.SCORE

    @property
    def missing(self) -> int:
        return self.wanted - self.given


def report_of(run: JudgeRun) -> Report:
    cases = cases_of(run)
    whole, *categories = judges.agreements(cases)
    return Report(
        run,
        judging.wanted(run),
        judging.given(run),
        cases,
        whole,
        categories,
        judges.biases(cases),
        judges.favours(cases),
        _own_models(run),
        list(run.failures.select_related("prompt").order_by("place")[:SHOWN]),
    )


def beside_people(campaign: Campaign) -> list[Report]:
    """The judges of a closed campaign that have an opinion of what people voted on."""
    runs = campaign.judge_runs.select_related("job", "campaign", "endpoint")
    return [report for run in runs if (report := report_of(run)).cases]


def _own_models(run: JudgeRun) -> frozenset[str]:
    """By the last part of a name (“Qwen/Qwen2-7B” is “qwen2-7b”): its own, its base's, its server's."""
    compared = run.campaign.models_compared.values_list("name", "base", "endpoint__model")
    judge = _short(run.judge)
    return frozenset(
        each[0] for each in compared if judge in {_short(name) for name in each if name}
    )


def _short(name: str) -> str:
    return name.strip().rstrip("/").rpartition("/")[2].lower()


def agreement_chart(report: Report) -> Chart:
    """Share of comparisons on which judge and people say the same, by category."""
    rows = [(each.name, round(100 * each.same.value, 1)) for each in report.categories]
    rows.insert(0, (_("all"), round(100 * report.whole.same.value, 1)))
    title = _("Judge and people say the same")
    return charts.bars(rows, title=title, axis=_("of a hundred comparisons"))


def favour_chart(report: Report) -> Chart:
    """Points of each model by the judge and by people, side by side."""
    rows = [(each.model, (each.judge.value, each.people.value)) for each in report.favours]
    names = (_("judge"), _("people"))
    return mix_charts.paired_shares(rows, names, title=_("Points by judge and by people"))


CHARTS: dict[str, Callable[[Report], Chart]] = {
    "agreement": agreement_chart,
    "favour": favour_chart,
}
