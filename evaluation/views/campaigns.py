"""The lead's room: prompts, models, campaigns; and the ranking of a closed campaign."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from annotation.access import project_for
from annotation.models import Project
from cqia.accounts.http import Request
from cqia.accounts.roles import Role
from evaluation import campaigns as polls
from evaluation.access import campaign_of_lead, campaign_to_read
from evaluation.models import Campaign
from evaluation.views import boards, underway

JOBS = ("evaluation.read_upload", "evaluation.generate_answers")


@login_required
@require_GET
def campaigns(request: Request, slug: str) -> HttpResponse:
    """The room, with what keeps a campaign from being opened where there is none yet."""
    project = project_for(request, slug, Role.LEAD)
    context: dict[str, Any] = {
        "room": "evaluate",
        "tab": "campaigns",
        "campaigns": with_progress(project),
        "prompt_sets": project.prompt_sets.exists(),
        "models": project.model_versions.count(),
        "jobs": project.jobs.live().filter(task__in=JOBS).order_by("pk"),
        "failed": project.jobs.filter(task__in=JOBS, state="failed").order_by("-pk")[:3],
    }
    return render(request, "evaluation/campaigns.html", context)


def with_progress(project: Project) -> Any:
    """Campaigns of the project with the numbers of votes cast and asked for, the latest first."""
    vote = Q(ballots__kind="vote")
    cast = Count(
        "ballots", filter=vote & Q(ballots__done_at__isnull=False) & ~Q(ballots__choice="skip")
    )
    asked = Count("ballots", filter=vote & Q(ballots__spare=False) & ~Q(ballots__choice="skip"))
    campaigns = project.campaigns.select_related("prompt_set")
    return campaigns.annotate(cast=cast, asked=asked).order_by("-pk")


@login_required
@require_GET
def campaign(request: Request, slug: str, pk: int) -> HttpResponse:
    """How far it is, while it is open; the ranking, once it is closed."""
    shown = campaign_to_read(request, slug, pk)
    if shown.state == Campaign.State.OPEN:
        return underway.under_way(request, shown)
    return boards.board(request, shown)


@login_required
@require_POST
def close_campaign(request: Request, slug: str, pk: int) -> HttpResponse:
    campaign = campaign_of_lead(request, slug, pk)
    polls.close(campaign, request.user)
    return redirect("evaluation:campaign", slug, pk)
