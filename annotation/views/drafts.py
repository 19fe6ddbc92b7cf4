"""A person's own drafts: those of pairs they lost, and what two pages of theirs wrote at once."""

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRedirect, reswap, retarget

from annotation import drafts, queue
from annotation.access import project_for
from annotation.differences import between
from annotation.drafts import Choice, Conflict, Edit
from annotation.models import Draft, Project, Response
from annotation.views.decision_form import WorkForm
from cqia.accounts.http import Request
from cqia.accounts.roles import Role
from cqia.lib.errors import CqiaError

SHOWN = 200  # drafts on the page (a default of this project); a person has a few


class ResolveForm(WorkForm):
    """Which text to keep: what the desk holds, or the draft; `rival` names what stands against it."""

    choice = forms.ChoiceField(choices=[(one.value, one.value) for one in Choice])
    against = forms.IntegerField(min_value=0, max_value=2**53)
    rival = forms.CharField(required=False, max_length=64)


def conflicting(request: Request, project: Project, conflict: Conflict) -> HttpResponse:
    """Both texts and the choice between them: above the desk, or as the page of the draft."""
    draft = Draft.objects.filter(pair=conflict.draft.pair_id, author=request.user).first()
    if draft is None:  # it was submitted in between
        draft = conflict.draft
    if not request.htmx:
        return redirect("annotation:draft", project.slug, draft.pk)
    rival = drafts.rival_of(draft, conflict.mine)
    mine, theirs = (one.get("text", "") for one in (conflict.mine.fields, rival.fields))
    context = {
        "slug": project.slug,
        "draft": draft,
        "key": rival.key,
        "difference": between(drafts.typed(theirs), drafts.typed(mine)),
        "on_desk": True,
    }
    response = render(request, "annotation/_conflict.html", context, status=conflict.status)
    return retarget(reswap(response, "innerHTML"), "#said")


@login_required
@require_GET
def drafts_page(request: Request, slug: str) -> HttpResponse:
    """All that this person has typed and not submitted, last first."""
    project = project_for(request, slug, Role.ANNOTATOR)
    mine = drafts.of(request.user, project)[:SHOWN]
    return render(request, "annotation/drafts.html", {"room": "annotate", "drafts": mine})


@login_required
@require_GET
def draft(request: Request, slug: str, pk: int) -> HttpResponse:
    """One draft beside the original answer, with what stands against it."""
    project = project_for(request, slug, Role.ANNOTATOR)
    one = get_object_or_404(drafts.of(request.user, project), pk=pk)
    text = one.fields.get("text", "")
    original = (
        Response.objects.filter(pair=one.pair, author=None).order_by("position", "id").first()
    )
    context = {
        "room": "annotate",
        "slug": slug,
        "draft": one,
        "text": text,
        "difference": between(drafts.typed(original.text), text) if original else None,
        "rivals": [
            (key, fields, between(fields.get("text", ""), text))
            for key, fields in one.rivals.items()
        ],
    }
    return render(request, "annotation/draft.html", context)


@login_required
@require_POST
def retake(request: Request, slug: str, pk: int) -> HttpResponse:
    """Hold the pair of a draft again, if a slot is free; the desk then begins with the draft."""
    project = project_for(request, slug, Role.ANNOTATOR)
    one = get_object_or_404(drafts.of(request.user, project), pk=pk)
    if queue.retake(request.user, one.pair) is None:
        raise CqiaError("not_free")
    return redirect("annotation:workbench", slug)


@login_required
@require_POST
def discard(request: Request, slug: str, pk: int) -> HttpResponse:
    """Delete a draft of one's own, as it was shown."""
    project = project_for(request, slug, Role.ANNOTATOR)
    one = get_object_or_404(drafts.of(request.user, project), pk=pk)
    if not drafts.discard(one, request.POST.get("against", "")):
        return redirect("annotation:draft", slug, pk)
    return redirect("annotation:drafts", slug)


@login_required
@require_POST
def resolve(request: Request, slug: str, pk: int) -> HttpResponse:
    """Keep one of two texts or both; the workbench then begins with what was kept."""
    project = project_for(request, slug, Role.ANNOTATOR)
    draft = get_object_or_404(Draft, pk=pk, author=request.user, pair__project=project)
    form = ResolveForm(request.POST)
    if not form.is_valid():
        return redirect("annotation:draft", slug, draft.pk)
    data = form.cleaned_data
    typed = form.decision(project).edit.fields if "text" in request.POST else draft.fields
    mine = Edit(typed, data["against"], data["seat"])
    try:
        drafts.resolve(request.user, draft, mine, Choice(data["choice"]), data["rival"])
    except Conflict as conflict:
        return conflicting(request, project, conflict)
    to_desk = redirect("annotation:workbench", slug)
    return HttpResponseClientRedirect(to_desk.url) if request.htmx else to_desk
