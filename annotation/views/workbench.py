"""The workbench: one pair after the other, each submit bringing the next, or the one after that."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import reswap, retarget

from annotation import decisions, desk, drafts, idle, queue, skips
from annotation.access import project_for
from annotation.models import Claim, Project, Skip
from annotation.views.decision_form import DecisionForm, WorkForm
from annotation.views.drafts import conflicting
from cqia.accounts.http import Request
from cqia.accounts.roles import Role
from cqia.lib.errors import CqiaError

# Seconds that are left of the lease on the pair which the page shows already.
LEASE = "X-Lease"
_MOST = 2**63 - 1


@never_cache  # the back button shows the pair that is next, not one that was decided
@login_required
@require_GET
def workbench(request: Request, slug: str) -> HttpResponse:
    """Claims the next pair; whoever holds one already gets that one again."""
    return next_desk(request, project_for(request, slug, Role.ANNOTATOR))


@login_required
@require_POST
def submit(request: Request, slug: str, pk: int) -> HttpResponse:
    project = seat(request, slug)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return refused(request, project, form.sentences(), 400)
    try:
        decisions.submit(request.user, project, pk, form.decision(project))
    except drafts.Conflict as conflict:
        return conflicting(request, project, conflict)
    except CqiaError as error:
        return refused(request, project, str(error), error.status)
    return _decided(request, project)


@login_required
@require_POST
def save_draft(request: Request, slug: str, pk: int) -> HttpResponse:
    project = seat(request, slug)
    claim = get_object_or_404(Claim.objects.of(project), pk=pk)
    form = WorkForm(request.POST)
    if not form.is_valid():
        return refused(request, project, form.sentences(), 400)
    try:
        saved = drafts.save(request.user, project, claim, form.decision(project).edit)
    except drafts.Conflict as conflict:
        return conflicting(request, project, conflict)
    if not saved.held:
        return _lost(request, project)
    if not request.htmx:
        return redirect("annotation:workbench", slug)
    return _leased(request, project, claim, "annotation/_saved.html", revision=saved.revision)


@login_required
@require_POST
def skip(request: Request, slug: str, pk: int) -> HttpResponse:
    project = seat(request, slug)
    claim = get_object_or_404(Claim.objects.of(project), pk=pk)
    reason, why = request.POST.get("why", ""), drafts.typed(request.POST.get("skip_note", ""))
    try:
        freed = skips.skip(claim, request.user, project, reason, why[:2000])
    except CqiaError as error:
        return refused(request, project, str(error), error.status)
    if not freed and claim.done_at is None and not _is_late_echo(request, claim):
        return _lost(request, project)
    return _decided(request, project)


def _is_late_echo(request: Request, claim: Claim) -> bool:
    """Whether a skip that comes again has been done: its answer was lost on the way."""
    return Skip.objects.filter(pair=claim.pair_id, user=request.user, ended_at=None).exists()


@login_required
@require_POST
def take_up(request: Request, slug: str) -> HttpResponse:
    project = project_for(request, slug, Role.ANNOTATOR)
    skips.take_up(request.user, project)
    return next_desk(request, project)


@login_required
@require_POST
def ahead(request: Request, slug: str) -> HttpResponse:
    """The desk after the one that the page shows, to be put there the moment it is wanted."""
    project = seat(request, slug)
    shown = _shown(request, project)
    if shown is None:
        return HttpResponse(status=204)
    return _after(request, project, shown)


@login_required
@require_POST
def begin(request: Request, slug: str, pk: int) -> HttpResponse:
    """The pair that was claimed ahead is on the screen now."""
    project = seat(request, slug)
    claim = get_object_or_404(Claim.objects.of(project), pk=pk)
    if not queue.begin(claim, request.user):
        return _lost(request, project)
    return _leased(request, project, claim, "annotation/_lease.html")


@login_required
@require_POST
def renew(request: Request, slug: str, pk: int) -> HttpResponse:
    project = seat(request, slug)
    claim = get_object_or_404(Claim.objects.of(project), pk=pk)
    if not queue.renew(claim, request.user, project):
        return _lost(request, project)
    return _leased(request, project, claim, "annotation/_lease.html")


def next_desk(request: Request, project: Project) -> HttpResponse:
    """The next pair, or why there is none: as the piece that is swapped in, else as the page."""
    if request.method == "POST" and not request.htmx:
        return redirect("annotation:workbench", project.slug)
    whole = "annotation/workbench.html" if request.method == "GET" else "annotation/_desk.html"
    return render(request, whole, _on_the_desk(request, project))


def refused(request: Request, project: Project, said: str, status: int) -> HttpResponse:
    """What went wrong, above a page that keeps what was typed; without htmx the draft brings it back."""
    context = {"said": said, "lost": status == decisions.LeaseLost.status}
    if not request.htmx:
        context |= _on_the_desk(request, project)
        return render(request, "annotation/workbench.html", context, status=status)
    response = render(request, "annotation/_said.html", context, status=status)
    return retarget(reswap(response, "innerHTML"), "#said")


class SomebodyElse(CqiaError):
    """The page belongs to a person who has signed out since, at the same browser."""

    status = 403

    def __init__(self) -> None:
        super().__init__("somebody_else")


def seat(request: Request, slug: str) -> Project:
    """The project, for the person whose page it is: what one typed is never another's decision."""
    said = request.POST.get("as", "")
    if said and said != str(request.user.pk):
        raise SomebodyElse
    return project_for(request, slug, Role.ANNOTATOR)


def _shown(request: Request, project: Project) -> Claim | None:
    """The slot that the page shows already, by its id alone; whose it is, the queue asks."""
    said = request.POST.get("shown", "")
    known = said.isdecimal() and len(said) < 20 and int(said) <= _MOST
    return Claim(pk=int(said), project=project) if known else None


def _decided(request: Request, project: Project) -> HttpResponse:
    """What comes after a decision: the next desk, or the one after it where the page has that."""
    shown = _shown(request, project)
    if shown is None:
        return next_desk(request, project)
    response = _after(request, project, shown)
    response[LEASE] = str(desk.lease_of(shown).seconds)
    return response


def _after(request: Request, project: Project, shown: Claim) -> HttpResponse:
    claim = queue.claim_ahead(request.user, project, shown)
    if claim is None:
        return HttpResponse(status=204)
    work = desk.desk_of(claim, request.user)
    return render(request, "annotation/_desk.html", {"work": work, "today": work.today})


def _on_the_desk(request: Request, project: Project) -> dict[str, Any]:
    claim = queue.claim_next(request.user, project)
    if claim is None:
        nothing = idle.why_idle(request.user, project)
        today = desk.decided_today(request.user, project)
        return {"room": "annotate", "nothing": nothing, "today": today}
    work = desk.desk_of(claim, request.user)
    return {"room": "annotate", "work": work, "today": work.today}


def _leased(
    request: Request, project: Project, claim: Claim, piece: str, **more: Any
) -> HttpResponse:
    claim.refresh_from_db(fields=["held_until"])
    context = {"lease": desk.lease_of(claim), "slug": project.slug, "claim": claim.pk, **more}
    return render(request, piece, context)


def _lost(request: Request, project: Project) -> HttpResponse:
    error = decisions.LeaseLost()
    return refused(request, project, str(error), error.status)
