"""A campaign under way, as its lead sees it; and the committed assignment of a closed one."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cqia.accounts.http import Request
from cqia.lib.errors import CqiaError
from evaluation import commitment, health, stopping
from evaluation.access import campaign_to_read
from evaluation.models import Campaign
from evaluation.progress import progress_of


def under_way(request: Request, campaign: Campaign) -> HttpResponse:
    """Progress, time left and voters; what the stopping rule saw, where looking does no harm."""
    context = {
        "room": "evaluate",
        "campaign": campaign,
        "models": campaign.models_compared.order_by("name"),
        "progress": progress_of(campaign),
        "voters": health.voters(campaign),
        "pairs": stopping.last_look(campaign),
        "is_lead": True,
    }
    return render(request, "evaluation/campaign.html", context)


@login_required
@require_GET
def assignment(request: Request, slug: str, pk: int) -> StreamingHttpResponse:
    """The nonce and a line a ballot, once the campaign is closed."""
    campaign = campaign_to_read(request, slug, pk)
    lines = commitment.written(campaign)
    answer = StreamingHttpResponse(lines, content_type="application/jsonl; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="assignment.jsonl"'
    return answer


@login_required
@require_POST
def check_assignment(request: Request, slug: str, pk: int) -> HttpResponse:
    """Compute the hash of the ballots as they are now, and say whether it is the committed one."""
    campaign = campaign_to_read(request, slug, pk)
    try:
        if commitment.holds(campaign):
            messages.success(request, _("The ballots are those that were committed: hashes agree."))
        else:
            messages.error(request, _("The ballots are not those that were committed."))
    except CqiaError as error:
        messages.warning(request, str(error))
    return redirect("evaluation:campaign", slug, pk)
