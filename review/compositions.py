"""Saving compositions, and freezing what they select."""

from dataclasses import replace

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from annotation.models import Job, Project
from cqia.accounts.models import User, record
from cqia.lib.errors import CqiaError
from review import releases
from review.composition import Body
from review.models import Composition


def save(
    project: Project, user: User, name: str, body: Body, at: Composition | None
) -> Composition:
    """A new composition, or `at` changed. Raises CqiaError where another has this name."""
    try:
        with transaction.atomic():
            saved = at or Composition(project=project, created_by=user)
            saved.name, saved.body = name, body.to_json()
            saved.save()
            record(user, "composition saved", project.pk, name=name)
    except IntegrityError as error:
        raise CqiaError("composition_name", {"name": name}) from error
    return saved


def freeze(composition: Composition, user: User, summary: str, version: str = "") -> Job:
    """Start to freeze it as it is now. A date it does not give is today's: the day it is asked for.

    Raises CqiaError as review.releases.ask_for does.
    """
    body = Body.from_json(composition.body)
    dated = replace(body, dated=body.dated or localdate())
    return releases.ask_for(composition.project, user, summary, dated.to_json(), version)
