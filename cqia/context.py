"""What the page frame needs on every page: the theme, and the rooms this person may enter."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from annotation.comments import TALKING
from annotation.models import Project
from cqia.accounts.models import User
from cqia.accounts.roles import Role

THEMES = ("auto", "light", "dark")


@dataclass(frozen=True)
class Room:
    """One entry of the rail: where the work of some roles is done."""

    key: str
    label: str | Promise
    url_name: str
    roles: frozenset[Role]
    url: str = ""
    count: int | None = None


# In the order in which the data flows.
ROOMS = (
    Room("overview", _("Overview"), "overview", frozenset({Role.LEAD})),
    Room("sources", _("Sources"), "annotation:sources", frozenset({Role.LEAD})),
    Room("prefilter", _("Pre-filter"), "annotation:prefilter", frozenset({Role.LEAD})),
    Room("annotate", _("Annotate"), "annotation:workbench", frozenset({Role.ANNOTATOR})),
    Room("review", _("Review"), "review:inbox", frozenset({Role.REVIEWER})),
    Room("releases", _("Releases"), "review:releases", frozenset({Role.LEAD})),
    Room("evaluate", _("Evaluate"), "evaluation:campaigns", frozenset({Role.LEAD})),
    Room("vote", _("Vote"), "evaluation:vote", frozenset({Role.EVALUATOR})),
    Room("settings", _("Settings"), "annotation:settings", frozenset({Role.LEAD})),
)


def rooms_of(slug: str, roles: frozenset[Role]) -> list[Room]:
    """The rooms that somebody with `roles` may enter, each with its address."""
    return [
        Room(room.key, room.label, room.url_name, room.roles, reverse(room.url_name, args=[slug]))
        for room in ROOMS
        if not room.roles.isdisjoint(roles)
    ]


def theme_of(request: HttpRequest) -> str:
    theme = request.COOKIES.get("cqia_theme", "auto")
    return theme if theme in THEMES else "auto"


def page(request: HttpRequest) -> dict[str, Any]:
    """`project`, `projects`, `rooms`, `talks` (who may comment) and `theme` for templates/base.html."""
    project = getattr(request, "project", None)
    roles = frozenset() if project is None else request.roles  # type: ignore[attr-defined]
    return {
        "project": project,
        "projects": SimpleLazyObject(lambda: _projects_of(request)),
        "rooms": SimpleLazyObject(lambda: rooms_of(project.slug, roles) if project else []),
        "talks": not TALKING.isdisjoint(roles),
        "theme": theme_of(request),
    }


def _projects_of(request: HttpRequest) -> list[Project]:
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return []
    return list(Project.objects.visible_to(user).order_by("name"))
