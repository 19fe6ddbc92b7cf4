"""Who may vote, and who may see how it went. Fetch and permission in one call."""

from typing import ClassVar

from django.http import Http404
from django.shortcuts import get_object_or_404
from rest_framework import request as rest

from annotation.access import project_for, roles_in
from annotation.models import Project
from cqia.accounts.http import Request, person
from cqia.accounts.roles import Role
from cqia.lib.errors import CqiaError
from evaluation.models import Campaign

AnyRequest = Request | rest.Request


class LeadsDoNotVote(CqiaError):
    status: ClassVar[int] = 403

    def __init__(self) -> None:
        super().__init__("leads_do_not_vote")


def project_to_vote_in(request: AnyRequest, slug: str) -> Project:
    """The project, for its evaluators. Leads are told why they are not among them."""
    project = project_for(request, slug, Role.EVALUATOR, Role.LEAD)
    if Role.LEAD in _roles(request, slug):
        raise LeadsDoNotVote
    return project


def campaign_to_vote_in(request: AnyRequest, slug: str, pk: int) -> Campaign:
    project = project_to_vote_in(request, slug)
    return get_object_or_404(Campaign, project=project, pk=pk)


def campaign_of_lead(request: AnyRequest, slug: str, pk: int) -> Campaign:
    project = project_for(request, slug, Role.LEAD)
    return get_object_or_404(Campaign.objects.select_related("prompt_set"), project=project, pk=pk)


def campaign_to_read(request: AnyRequest, slug: str, pk: int) -> Campaign:
    """For leads always; for evaluators it exists only once it is closed."""
    project = project_for(request, slug, Role.LEAD, Role.EVALUATOR)
    campaign = get_object_or_404(
        Campaign.objects.select_related("prompt_set"), project=project, pk=pk
    )
    if campaign.state != Campaign.State.CLOSED and Role.LEAD not in _roles(request, slug):
        raise Http404
    return campaign


def _roles(request: AnyRequest, slug: str) -> frozenset[Role]:
    """What the person does in the project; a page knows it, once it has asked for the project."""
    if isinstance(request, rest.Request):
        return roles_in(person(request), slug)[1]
    return request.roles
