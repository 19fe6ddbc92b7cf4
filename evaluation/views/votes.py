"""Voting, blind: what these pages send holds the question, two texts and a token, and no more."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRedirect

from cqia.accounts.http import Request
from cqia.lib.errors import CqiaError
from evaluation import votes
from evaluation.access import campaign_to_vote_in, project_to_vote_in
from evaluation.models import Campaign


@login_required
@require_GET
def vote(request: Request, slug: str) -> HttpResponse:
    """Straight to the only open campaign; else, or with ?all, the choice."""
    project = project_to_vote_in(request, slug)
    open_now = list(votes.open_to(project))
    if len(open_now) == 1 and "all" not in request.GET:
        return redirect("evaluation:ballot", slug, open_now[0].pk)
    closed = project.campaigns.filter(state=Campaign.State.CLOSED).order_by("-closed_at")
    choice = [(each, votes.progress_of(request.user, each)) for each in open_now]
    context = {"room": "vote", "campaigns": choice, "closed": closed}
    return render(request, "evaluation/vote_list.html", context)


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
    """Count a vote and bring the next comparison: at once with htmx, by a redirect without."""
    campaign = campaign_to_vote_in(request, slug, pk)
    token, choice = request.POST.get("ballot", ""), request.POST.get("choice", "")
    try:
        if "skip" in request.POST:
            votes.skip(request.user, campaign, token, request.POST["skip"])
        else:
            votes.cast(request.user, campaign, token, choice)
    except CqiaError as error:
        messages.warning(request, str(error))
    campaign.refresh_from_db()
    if campaign.state != Campaign.State.OPEN:
        return _leave(request, reverse("evaluation:vote", args=[slug]))
    if request.htmx:
        return _next(request, campaign)
    return redirect("evaluation:ballot", slug, pk)


def _next(request: Request, campaign: Campaign) -> HttpResponse:
    ballot = votes.next_ballot(request.user, campaign)
    context = {
        "room": "vote",
        "campaign": campaign,
        "progress": votes.progress_of(request.user, campaign),
        "shown": None if ballot is None else votes.show(ballot, request.user),
    }
    whole, piece = "evaluation/vote.html", "evaluation/_ballot.html"
    return render(request, piece if request.htmx else whole, context)


def _leave(request: Request, url: str) -> HttpResponse:
    return HttpResponseClientRedirect(url) if request.htmx else redirect(url)
