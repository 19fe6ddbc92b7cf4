"""The figures of the page of the learned model: how good it is, and what it goes by."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.http import Http404
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from annotation.checks import CHECK_OF
from annotation.models import Predictor, Project, QualityModel
from annotation.quality_scores import ACCEPT, CHANCES
from cqia.lib import chance_charts
from cqia.lib.charts import Chart

TOLD = 12  # words shown for and against
_FAIR, _GOOD, _SURE = 0.65, 0.8, 0.75  # areas under the curve; ours
VERDICTS: dict[str, Promise] = {
    "weak": gettext_lazy(
        "Hardly better than guessing. It may order the queue; do not let it drop pairs."
    ),
    "fair": gettext_lazy(
        "It tells something, and is often wrong. Look at the curve before you let it drop pairs."
    ),
    "good": gettext_lazy(
        "It tells well what people decided. Look at some pairs at the line anyway."
    ),
}


@dataclass(frozen=True)
class Weight:
    """What one word or check counts; `where` is its column's place."""

    name: str
    where: str  # prompt, answer or check
    value: float


@dataclass(frozen=True)
class Chance:
    """One of a model's two chances on the page."""

    check: Any
    report: dict[str, Any]
    raising: Sequence[Weight]
    lowering: Sequence[Weight]

    @property
    def share(self) -> float:
        """How many of the decisions are of the kind predicted."""
        return float(self.report["positive"] / self.report["rows"])

    @property
    def verdict(self) -> Promise:
        """How far it can be believed; what one fold contradicts is not called good."""
        auc, gains = self.report["auc"], self.report["brier"] < self.report["brier_baseline"]
        if auc < _FAIR or not gains:
            return VERDICTS["weak"]
        return VERDICTS["good" if auc >= _GOOD and self.spread[0] >= _SURE else "fair"]

    @property
    def spread(self) -> tuple[float, float]:
        """The least and the greatest area under the curve of a fold."""
        return min(self.report["auc_folds"]), max(self.report["auc_folds"])


@dataclass(frozen=True)
class Version:
    """One row of the table of versions."""

    model: QualityModel
    reports: list[dict[str, Any] | None]  # in the order of CHANCES


def latest(project: Project) -> QualityModel | None:
    return QualityModel.objects.of(project.pk).order_by("-version").first()


def chances_of(model: QualityModel) -> list[Chance]:
    found = {one.check_id: one for one in model.predictors.all()}
    return [_chance(model, found[check_id]) for check_id in CHANCES if check_id in found]


def versions(project: Project) -> list[Version]:
    """All trainings, the newest first."""
    models = QualityModel.objects.of(project.pk).defer("words", "checks").order_by("-version")
    reports: dict[int, dict[str, dict[str, Any]]] = {}
    for pk, check_id, report in Predictor.objects.filter(model__project=project).values_list(
        "model", "check_id", "report"
    ):
        reports.setdefault(pk, {})[check_id] = report
    return [
        Version(model, [reports.get(model.pk, {}).get(check_id) for check_id in CHANCES])
        for model in models
    ]


def chart(project: Project, version: int, name: str) -> Chart:
    """A plot of one version, named as accept_chance-curve; 404 where there is none."""
    check, _between, kind = name.partition("-")
    found = Predictor.objects.filter(
        model__project=project, model__version=version, check_id=check
    ).first()
    if found is None or kind not in ("curve", "calibration"):
        raise Http404
    report = found.report
    if kind == "curve":
        return chance_charts.precision_recall(
            report["curve"],
            report["positive"] / report["rows"],
            title=_("Precision and recall"),
            axes=(_("Recall"), _("Precision")),
        )
    happened = _("Accepted") if check == ACCEPT else _("Rewritten")
    return chance_charts.calibration(
        report["bins"], title=_("Do the chances come true?"), axes=(_("Chance said"), happened)
    )


def _chance(model: QualityModel, one: Predictor) -> Chance:
    weights = np.frombuffer(bytes(one.weights), "<f4")
    order = np.argsort(weights, kind="stable")
    lowering = [at for at in order[:TOLD].tolist() if weights[at] < 0]
    raising = [at for at in order[::-1][:TOLD].tolist() if weights[at] > 0]
    return Chance(
        CHECK_OF[one.check_id],
        one.report,
        [*_named(model, weights, raising)],
        [*_named(model, weights, lowering)],
    )


def _named(model: QualityModel, weights: Any, places: Sequence[int]) -> Iterator[Weight]:
    size = len(model.words)
    for at in places:
        if at < 2 * size:
            yield Weight(model.words[at % size], "answer" if at >= size else "prompt", weights[at])
        else:
            check_id = model.checks[at - 2 * size]["check"]
            name = str(CHECK_OF[check_id].name) if check_id in CHECK_OF else check_id
            yield Weight(name, "check", weights[at])
