"""Moving lines: one at a time or all of them by a preset, seen before it is done, and taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from annotation import cockpit, redecisions, thresholds
from annotation.access import project_for
from annotation.checks import CHECK_OF
from annotation.models import Project, Redecision
from annotation.paging import page_of
from annotation.prefilter_forms import ThresholdForm
from annotation.redecisions import Moves
from annotation.thresholds import Line
from cqia.accounts.http import Request
from cqia.accounts.roles import Role
from cqia.lib.errors import CqiaError


@dataclass(frozen=True)
class Moved:
    """One line before and after, in words."""

    name: str
    before: str
    after: str


@login_required
@require_POST
def set_threshold(request: Request, slug: str) -> HttpResponse:
    """Draw the line of one check anew, and decide by it."""
    project = project_for(request, slug, Role.LEAD)
    form = ThresholdForm(request.POST)
    check = request.POST.get("check", "")
    try:
        if not form.is_valid():
            raise CqiaError("threshold_not_finite")
        _redecide(request, project, [form.line])
    except CqiaError as error:
        messages.error(request, str(error))
    return redirect(f"{reverse('annotation:prefilter', args=[slug])}#check-{check}")


@login_required
@require_GET
def preview_threshold(request: Request, slug: str) -> HttpResponse:
    """What a line would change, before it is saved."""
    project = project_for(request, slug, Role.LEAD)
    form = ThresholdForm(request.GET)
    context = _preview(project, [form.line]) if form.is_valid() else {}
    return render(request, "annotation/_preview.html", context)


@login_required
@require_GET
def preset(request: Request, slug: str, name: str) -> HttpResponse:
    """What a preset would change: every line that moves, and the pairs that it moves."""
    project = project_for(request, slug, Role.LEAD)
    if name not in thresholds.PRESETS:
        raise Http404
    wanted, present = thresholds.preset(name), thresholds.lines_of(project)
    now = {line.check.id: line for line in present}
    moved = [_moved(now[line.check.id], line) for line in wanted if line != now[line.check.id]]
    context = {
        "room": "prefilter",
        "name": name,
        "title": thresholds.PRESETS[name],
        "moved": moved,
        "present": thresholds.preset_of(present) == name,
        "presets": thresholds.presets(project),
    } | _preview(project, wanted)
    return render(request, "annotation/preset.html", context)


@login_required
@require_POST
def apply_preset(request: Request, slug: str, name: str) -> HttpResponse:
    project = project_for(request, slug, Role.LEAD)
    try:
        _redecide(request, project, thresholds.preset(name))
    except CqiaError as error:
        messages.error(request, str(error))
    return redirect("annotation:prefilter", slug)


@login_required
@require_GET
def line_history(request: Request, slug: str) -> HttpResponse:
    """Every change of lines: who moved what, and what that did."""
    project = project_for(request, slug, Role.LEAD)
    known = Redecision.objects.filter(project=project).select_related("user", "undone_by")
    page = page_of(known, request.GET.get("before"))
    context = {
        "room": "prefilter",
        "page": page,
        "changes": [(one, _lines_moved(one)) for one in page.rows],
        "latest": redecisions.latest(project),
    }
    return render(request, "annotation/line_history.html", context)


@login_required
@require_POST
def undo_redecision(request: Request, slug: str, pk: int) -> HttpResponse:
    """Put the lines back where they were before the latest change."""
    project = project_for(request, slug, Role.LEAD)
    change = get_object_or_404(Redecision, project=project, pk=pk)
    try:
        moves = redecisions.undo(change, request.user)
        text = _("Undone. Pairs dropped: %(dropped)s; let back in: %(readmitted)s.")
        _tell(request, text, moves)
    except CqiaError as error:
        messages.error(request, str(error))
    return redirect("annotation:prefilter", slug)


def _redecide(request: Request, project: Project, lines: Sequence[Line]) -> None:
    made = redecisions.redecide(project, request.user, lines)
    if made is None:
        messages.info(request, _("The lines were there already; nothing was changed."))
    else:
        text = _("Saved. Pairs dropped: %(dropped)s; let back in: %(readmitted)s.")
        _tell(request, text, Moves(made.dropped, made.readmitted, made.stayed))


def _preview(project: Project, lines: Sequence[Line]) -> dict[str, object]:
    moves = redecisions.preview(project, lines)
    passed = cockpit.passed(cockpit.state_counts(project))
    return {"preview": moves, "passing": passed - moves.dropped + moves.readmitted}


def _tell(request: Request, text: str, moves: Moves) -> None:
    """Say what moved, and what stayed though a line drops it."""
    counts = {
        "dropped": number_format(moves.dropped, force_grouping=True),
        "readmitted": number_format(moves.readmitted, force_grouping=True),
    }
    messages.success(request, text % counts)
    if moves.stayed:
        stayed = ngettext(
            "%(count)s pair beyond the line stays with the people who are at it.",
            "%(count)s pairs beyond the line stay with the people who are at them.",
            moves.stayed,
        )
        messages.info(request, stayed % {"count": number_format(moves.stayed, force_grouping=True)})


def _lines_moved(change: Redecision) -> list[Moved]:
    before = {line.check.id: line for line in _read(change.before)}
    return [
        _moved(before[line.check.id], line)
        for line in _read(change.after)
        if line != before.get(line.check.id, line)
    ]


def _read(stored: Sequence[dict[str, Any]]) -> list[Line]:
    """The lines that were stored, of the checks that there still are."""
    return [
        Line(CHECK_OF[one["check_id"]], one["enabled"], one["low"], one["high"])
        for one in stored
        if one["check_id"] in CHECK_OF
    ]


def _moved(before: Line, after: Line) -> Moved:
    return Moved(str(before.check.name), _worded(before), _worded(after))


def _worded(line: Line) -> str:
    ends = {
        "low": "" if line.low is None else thresholds.shown(line.check, line.low),
        "high": "" if line.high is None else thresholds.shown(line.check, line.high),
    }
    if ends["low"] and ends["high"]:
        words = _("from %(low)s to %(high)s") % ends
    elif ends["low"]:
        words = _("at least %(low)s") % ends
    elif ends["high"]:
        words = _("at most %(high)s") % ends
    else:
        words = _("no line")
    return words if line.enabled else _("%(line)s, only warns") % {"line": words}
