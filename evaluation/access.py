"""Who may vote, and who may see how it went. Fetch and permission in one call."""

from typing import ClassVar

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404

from annotation.access import project_for
from annotation.models import Project
from cqia.accounts.http import Request
from cqia.accounts.roles import Role
from cqia.lib.errors import CqiaError
from evaluation.models import Campaign


class LeadsDoNotVote(CqiaError):
    status: ClassVar[int] = 403

    def __init__(self) -> None:
        super().__init__("leads_do_not_vote")


def project_to_vote_in(request: Request, slug: str) -> Project:
    """The project for its evaluators. Leads are told why they are not among them."""
    project = project_for(request, slug)
    if Role.LEAD in request.roles:
        raise LeadsDoNotVote
    if Role.EVALUATOR not in request.roles:
        raise PermissionDenied
    return project


def campaign_to_vote_in(request: Request, slug: str, pk: int) -> Campaign:
    project = project_to_vote_in(request, slug)
    return get_object_or_404(Campaign, project=project, pk=pk)


def campaign_of_lead(request: Request, slug: str, pk: int) -> Campaign:
    project = project_for(request, slug, Role.LEAD)
    return get_object_or_404(Campaign.objects.select_related("prompt_set"), project=project, pk=pk)


def campaign_to_read(request: Request, slug: str, pk: int) -> Campaign:
    """For leads always; for evaluators it exists only once it is closed."""
    project = project_for(request, slug, Role.LEAD, Role.EVALUATOR)
    campaign = get_object_or_404(
        Campaign.objects.select_related("prompt_set"), project=project, pk=pk
    )
    if Role.LEAD not in request.roles and campaign.state != Campaign.State.CLOSED:
        raise Http404
    return campaign
