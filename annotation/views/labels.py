"""Both sides of a check's line: looked at, labelled, and the line judged by the labels."""

from dataclasses import dataclass, replace
from typing import cast
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from annotation import cockpit, labels, line_quality, sides, thresholds
from annotation.access import project_for
from annotation.histograms import histograms
from annotation.line_quality import Bound, Point, Proposal
from annotation.models import Project
from annotation.prefilter_forms import SidesForm
from annotation.views.cockpit_rows import Row
from cqia.accounts.http import Request
from cqia.accounts.roles import Role
from cqia.lib import filter_charts
from cqia.lib.chart_response import respond


@dataclass(frozen=True)
class Beside:
    """What is asked for: the line to show, one of its bounds, and how its pairs are chosen."""

    line: thresholds.Line
    bounds: list[Bound]
    bound: Bound | None
    page: int
    draw: bool


@login_required
@require_GET
def beside_line(request: Request, slug: str, check: str) -> HttpResponse:
    """The pairs just on both sides of a check's line, or drawn at random from both."""
    project = project_for(request, slug, Role.LEAD)
    asked = _beside(project, check, request)
    line = asked.line
    if asked.draw:
        shown = sides.drawn(project, line)
    elif asked.bound:
        shown = sides.near(project, line, asked.bound, asked.page)
    else:
        shown = sides.Sides([], [])
    context = {"asked": asked, "sides": shown} | _quality(project, asked)
    if request.htmx:
        return render(request, "annotation/_sides.html", context)
    context |= {"room": "prefilter", "row": _row(project, line)}
    return render(request, "annotation/sides.html", context)


@login_required
@require_POST
def label_pair(request: Request, slug: str, check: str) -> HttpResponse:
    """Say of one pair whether it should be kept; an empty answer takes it back."""
    project = project_for(request, slug, Role.LEAD)
    asked = _beside(project, check, request)
    finding = labels.finding_of(project, check, request.POST.get("pair", ""))
    said = request.POST.get("keep")
    if said in ("0", "1"):
        drawn_at = asked.line if asked.draw else None
        made = labels.label(project, request.user, finding, said == "1", drawn_at)
    else:
        labels.unlabel(project, request.user, finding)
        made = None
    if not request.htmx:
        wanted = {
            name: request.POST[name]
            for name in ("low", "high", "bound", "page", "draw")
            if name in request.POST
        }
        return redirect(f"{reverse('annotation:sides', args=[slug, check])}?{urlencode(wanted)}")
    card = sides.card_of(finding, made)
    context = {"asked": asked, "card": card} | _quality(project, asked)
    return render(request, "annotation/_labelled.html", context)


@login_required
@require_GET
def quality_chart(request: Request, slug: str, check: str, form: str) -> HttpResponse:
    """Precision and recall of the labelled pairs by line, as svg, png or csv."""
    project = project_for(request, slug, Role.LEAD)
    asked = _beside(project, check, request)
    points, _known = _points(project, asked)
    if not points:
        raise Http404
    at = asked.line.low if asked.bound == "low" else asked.line.high
    chart = filter_charts.shares_by_line(
        [(point.at, point.precision.value, point.recall.value) for point in points],
        (_("Precision"), _("Recall")),
        title=_("Precision and recall by line"),
        axis=str(asked.line.check.unit),
        marks=[] if at is None else [at],
    )
    return respond(request, chart, form)


def _beside(project: Project, check: str, request: Request) -> Beside:
    found = [line for line in thresholds.lines_of(project) if line.check.id == check]
    if not found:
        raise Http404
    form = SidesForm(request.POST if request.method == "POST" else request.GET)
    data = form.cleaned_data if form.is_valid() else {}
    line = form.line(found[0]) if data else found[0]
    bounds = sides.bounds_of(line)
    wanted = cast(Bound, data.get("bound"))
    bound = wanted if wanted in bounds else next(iter(bounds), None)
    return Beside(line, bounds, bound, data.get("page") or 1, bool(data.get("draw")))


def _points(project: Project, asked: Beside) -> tuple[list[Point], list[labels.Scored]]:
    """The curve of one bound; pairs beyond the other are that one's business."""
    known = labels.scored(project)[asked.line.check.id]
    if asked.bound is None:
        return [], known
    ends: dict[str, float | None] = {asked.bound: None}
    other = replace(asked.line, **ends)  # type: ignore[arg-type]
    plain = [one.plain for one in known if not other.drops(one.score)]
    return line_quality.curve(plain, asked.bound, float(asked.line.check.step)), known


def _quality(project: Project, asked: Beside) -> dict[str, object]:
    points, known = _points(project, asked)
    quality = labels.quality(asked.line, known)
    proposal = line_quality.proposal(points, [one.plain for one in known])
    beyond, within = sides.sizes(project, asked.line)
    return {
        "quality": quality,
        "recall_of_all": quality.recall_of_all(beyond, within),
        "points": points,
        "labels": len(known),
        "proposal": proposal,
        "proposed": _proposed(asked, proposal),
        "bound_form": _ends(asked.line),
    }


def _proposed(asked: Beside, proposal: Proposal | None) -> dict[str, str]:
    """Both bounds of the line with the proposed one in place, as number fields take them."""
    if proposal is None or asked.bound is None:
        return {}
    ends: dict[str, float | None] = {asked.bound: proposal.point.at}
    return _ends(replace(asked.line, **ends))  # type: ignore[arg-type]


def _ends(line: thresholds.Line) -> dict[str, str]:
    row = Row(line)
    return {"low": row.low, "high": row.high}


def _row(project: Project, line: thresholds.Line) -> Row:
    check = line.check
    return Row(
        line,
        cockpit.dropped_by(project, thresholds.lines_of(project))[check.id],
        cockpit.beyond_each(project, [line])[check.id],
        histograms(project, [check])[check.id],
        labels.quality(line, labels.scored(project)[check.id]),
    )
