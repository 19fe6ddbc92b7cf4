from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from annotation import golden, history, prefilter
from annotation.access import project_for
from annotation.checks import CHECK_OF
from annotation.models import GoldItem, Judgement, Pair
from annotation.models.pair import words_in
from annotation.paging import page_of, search
from annotation.prefilter_forms import PairFilter
from annotation.thresholds import measured
from cqia.accounts.http import Request
from cqia.accounts.roles import Role
from cqia.lib.errors import explain


@login_required
@require_GET
def pairs(request: Request, slug: str) -> HttpResponse:
    """All pairs of the project, newest first, by state, source and words of the question."""
    project = project_for(request, slug, Role.LEAD)
    form = PairFilter(project, request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    words = str(chosen.pop("q", ""))
    found = Pair.objects.filter(project=project).chosen(**chosen).select_related("source")
    before = request.GET.get("before")
    page = search(found, words_in(words), before) if words else page_of(found, before)
    context = {"room": "prefilter", "form": form, "page": page, "filtered": form.has_changed()}
    context |= {"check": CHECK_OF.get(request.GET.get("check", ""))}
    return render(request, "annotation/pairs.html", context)


@login_required
@require_GET
def pair(request: Request, slug: str, pk: int) -> HttpResponse:
    """One pair with its answers, findings, judgements and history."""
    project = project_for(request, slug, Role.LEAD)
    shown_pair = get_object_or_404(
        Pair.objects.select_related("source", "batch"), project=project, pk=pk
    )
    annotations = shown_pair.annotations.select_related("author", "form", "claim").order_by("id")
    context = {
        "room": "prefilter",
        "pair": shown_pair,
        "responses": shown_pair.responses.select_related("author").order_by("position", "id"),
        "findings": measured(shown_pair),
        "judgements": [
            (one, explain(one.failure, one.params.get("failure", {})) if one.failure else "")
            for one in Judgement.objects.filter(pair=shown_pair).order_by("id")
        ],
        "events": history.timeline(shown_pair),
        "annotations": annotations,
        "known": golden.decisions_on(shown_pair),
        "gold": GoldItem.objects.filter(pair=shown_pair, retired_at=None).first(),
    }
    return render(request, "annotation/pair.html", context)


@login_required
@require_POST
def restore_pair(request: Request, slug: str, pk: int) -> HttpResponse:
    project = project_for(request, slug, Role.LEAD)
    dropped = get_object_or_404(Pair, project=project, pk=pk)
    prefilter.restore_one(dropped, request.user)
    messages.success(request, _("Pair %(id)s restored.") % {"id": pk})
    back = request.POST.get("back")
    return redirect("annotation:dropped", slug) if back else redirect("annotation:pair", slug, pk)
