"""The leaderboard of a closed campaign: its page, plots, report, bundle, and how all is computed."""

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from annotation.access import project_for
from cqia.accounts.http import Request
from cqia.accounts.roles import Role
from cqia.lib.chart_response import respond
from cqia.lib.errors import CqiaError
from evaluation import bundling, changes, judge_report, report_pdf
from evaluation.access import campaign_of_lead, campaign_to_read
from evaluation.board_charts import CHARTS, titles
from evaluation.boards import Standings
from evaluation.models import Campaign
from evaluation.standings import care_of, order, standings, waiting_for


def board(request: Request, campaign: Campaign) -> HttpResponse:
    """The leaderboard; of one category with ?category=. While it is reckoned, how far that is."""
    context = _about(request, campaign)
    job = waiting_for(campaign)
    if job is not None:
        return render(request, "evaluation/ranking_waits.html", {**context, "job": job})
    found = _found(request, campaign)
    context |= _shown(campaign, found)
    return render(request, "evaluation/ranking.html", context)


@login_required
@require_GET
def chart(request: Request, slug: str, pk: int, name: str, form: str) -> HttpResponse:
    """A plot of a closed campaign as svg, png or csv; of one category with ?category=."""
    campaign = _closed(request, slug, pk)
    if name not in CHARTS:
        raise Http404
    return respond(request, CHARTS[name](_found(request, campaign)), form)


@login_required
@require_GET
def report(request: Request, slug: str, pk: int) -> HttpResponse:
    """The report, for the screen and for paper."""
    campaign = _closed(request, slug, pk)
    context = _about(request, campaign) | _shown(campaign, _found(request, campaign))
    return render(request, "evaluation/report.html", context)


@login_required
@require_GET
def report_file(request: Request, slug: str, pk: int) -> HttpResponse:
    """The same as PDF, in the reader's language."""
    campaign = _closed(request, slug, pk)
    address = request.build_absolute_uri(reverse("evaluation:method", args=[slug]))
    content = report_pdf.draw(campaign, standings(campaign), address)
    return _download(content, "application/pdf", f"campaign-{pk}.pdf")


@login_required
@require_GET
def bundle(request: Request, slug: str, pk: int) -> HttpResponse:
    """The votes without their voters' names, with all that is needed to compute the ranking again."""
    campaign = _closed(request, slug, pk)
    return _download(bundling.bundle_of(campaign), "application/zip", f"campaign-{pk}.zip")


@login_required
@require_POST
def reckon_again(request: Request, slug: str, pk: int) -> HttpResponse:
    """Have the board of a large campaign reckoned by a worker, if its job failed or was stopped."""
    campaign = campaign_of_lead(request, slug, pk)
    if campaign.state != Campaign.State.CLOSED:
        raise CqiaError("campaign_open")
    order(campaign, request.user)
    return redirect("evaluation:campaign", slug, pk)


@login_required
@require_GET
def method(request: Request, slug: str) -> HttpResponse:
    project_for(request, slug, Role.LEAD, Role.EVALUATOR)
    room = "evaluate" if Role.LEAD in request.roles else "vote"
    return render(request, "evaluation/method.html", {"room": room})


def _closed(request: Request, slug: str, pk: int) -> Campaign:
    campaign = campaign_to_read(request, slug, pk)
    if campaign.state != Campaign.State.CLOSED:
        raise Http404
    return campaign


def _found(request: Request, campaign: Campaign) -> Standings:
    category = request.GET.get("category", "")
    found = standings(campaign, category)
    if category and category not in found.categories:
        raise Http404
    return found


def _about(request: Request, campaign: Campaign) -> dict[str, Any]:
    is_lead = Role.LEAD in request.roles
    return {
        "room": "evaluate" if is_lead else "vote",
        "campaign": campaign,
        "models": campaign.models_compared.order_by("name"),
        "is_lead": is_lead,
    }


def _shown(campaign: Campaign, found: Standings) -> dict[str, Any]:
    before = None if found.category else changes.since_the_last(campaign)
    return {
        "board": found,
        "plots": _plots(campaign, found),
        "care": care_of(campaign),
        "before": before and before[0],
        "changes": before and before[1],
        "judges": [] if found.category else judge_report.beside_people(campaign),
    }


def _plots(campaign: Campaign, found: Standings) -> dict[str, dict[str, str]]:
    query = f"?{urlencode({'category': found.category})}" if found.category else ""

    def address(name: str, form: str) -> str:
        return reverse(
            "evaluation:ranking-chart", args=[campaign.project.slug, campaign.pk, name, form]
        )

    forms, titled = ("svg", "png", "csv"), titles(found)
    return {
        name: {form: address(name, form) + query for form in forms} | {"title": titled[name]}
        for name in CHARTS
    }


def _download(content: bytes, kind: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=kind, headers=headers)
