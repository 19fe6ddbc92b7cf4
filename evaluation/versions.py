"""Model versions: entered, and changed later."""

from collections.abc import Iterable

from django.db import transaction

from cqia.accounts.models import User, record
from evaluation.models import ModelVersion


def save(model: ModelVersion, trained_by: Iterable[User], user: User) -> ModelVersion:
    """Store a new model version or what was changed of it, and who trained it."""
    with transaction.atomic():
        model.save()
        model.trained_by.set(trained_by)
        record(user, "model saved", model.project_id, name=model.name)
    return model
