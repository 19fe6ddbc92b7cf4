"""Voting, blind: what these pages send holds the question, two texts and a token, and no more."""

from collections.abc import Sequence

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRedirect

from cqia.accounts.http import Request
from cqia.lib.errors import CqiaError
from evaluation import votes
from evaluation.access import campaign_to_vote_in, project_to_vote_in
from evaluation.models import Ballot, Campaign
from evaluation.own_progress import own_progress


@login_required
@require_GET
def vote(request: Request, slug: str) -> HttpResponse:
    """How to vote, for somebody new or with ?how; else straight to the only open campaign.

    Where there are several, or with ?all, the choice.
    """
    project = project_to_vote_in(request, slug)
    open_now = list(votes.open_to(project))
    only = reverse("evaluation:ballot", args=[slug, open_now[0].pk]) if len(open_now) == 1 else None
    if "how" in request.GET or _is_new(request, open_now):
        context = {"room": "vote", "begin": only or f"{request.path}?all"}
        return render(request, "evaluation/vote_how.html", context)
    if only and "all" not in request.GET:
        return redirect(only)
    closed = project.campaigns.filter(state=Campaign.State.CLOSED).order_by("-closed_at")
    choice = [(each, own_progress(request.user, each)) for each in open_now]
    listed = {"room": "vote", "campaigns": choice, "closed": closed}
    return render(request, "evaluation/vote_list.html", listed)


@login_required
@require_GET
@never_cache
def ballot(request: Request, slug: str, pk: int) -> HttpResponse:
    """The comparison this person is on, or the next; the same one until it is voted on."""
    campaign = campaign_to_vote_in(request, slug, pk)
    if campaign.state != Campaign.State.OPEN:
        return redirect("evaluation:campaign", slug, pk)
    return _next(request, campaign)


@login_required
@require_POST
def cast(request: Request, slug: str, pk: int) -> HttpResponse:
    """Count a vote or a skip and bring the next: at once with htmx, by a redirect without."""
    campaign = campaign_to_vote_in(request, slug, pk)
    given, token = request.POST, request.POST.get("ballot", "")
    try:
        if "skip" in given:
            votes.skip(request.user, campaign, token, given["skip"])
        else:
            votes.cast(request.user, campaign, token, said(given))
    except CqiaError as error:
        messages.warning(request, str(error))
    return _go_on(request, slug, campaign)


@login_required
@require_POST
def undo(request: Request, slug: str, pk: int) -> HttpResponse:
    """Bring the last comparison back, its vote taken from it."""
    campaign = campaign_to_vote_in(request, slug, pk)
    try:
        votes.undo(request.user, campaign, request.POST.get("last", ""))
    except CqiaError as error:
        messages.warning(request, str(error))
    return _go_on(request, slug, campaign)


def said(given: QueryDict) -> votes.Said:
    """A vote as the form sends it; a criterion without an answer was not answered."""
    ratings = {
        name.removeprefix("rate-"): str(answer)
        for name, answer in given.items()
        if name.startswith("rate-") and answer
    }
    return votes.Said(given.get("choice", ""), ratings, given.getlist("tag"))


def _is_new(request: Request, open_now: Sequence[Campaign]) -> bool:
    asked = bool(open_now) and "all" not in request.GET
    return asked and votes.is_new_here(request.user, open_now[0].project)


def _go_on(request: Request, slug: str, campaign: Campaign) -> HttpResponse:
    if not request.htmx:
        return redirect("evaluation:ballot", slug, campaign.pk)
    try:
        return _next(request, campaign)
    except votes.Closed:
        return HttpResponseClientRedirect(reverse("evaluation:vote", args=[slug]))


def _next(request: Request, campaign: Campaign) -> HttpResponse:
    ballot = votes.next_ballot(request.user, campaign)
    labels = dict(Campaign.Criterion.choices)
    context = {
        "room": "vote",
        "campaign": campaign,
        "progress": own_progress(request.user, campaign),
        "shown": None if ballot is None else votes.show(ballot, request.user),
        "undo_seconds": int(votes.UNDO.total_seconds()),
        "criteria": [(at, key, labels[key]) for at, key in enumerate(campaign.criteria, 1)],
        "reasons": Ballot.Reason.choices,
    }
    whole, piece = "evaluation/vote.html", "evaluation/_ballot.html"
    return render(request, piece if request.htmx else whole, context)
