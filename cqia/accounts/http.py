"""The request as our views see it: signed in, and with what middleware and `project_for` put on it."""

from typing import TYPE_CHECKING

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails
from rest_framework import request as rest

from cqia.accounts.models import User
from cqia.accounts.roles import Role

if TYPE_CHECKING:
    from django.db.models import Model


class Request(HttpRequest):
    user: User
    htmx: HtmxDetails
    # Set by annotation.access.project_for; the page frame reads them.
    project: "Model"
    roles: frozenset[Role]


def person(request: rest.Request) -> User:
    """Who calls the API: its permissions let in nobody who is not signed in."""
    assert isinstance(request.user, User)
    return request.user
