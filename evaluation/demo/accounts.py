"""The people of the demo. Their passwords are made for each installation and kept in CQIA_HOME."""

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from annotation import members
from annotation.models import Project
from cqia.accounts.models import User
from cqia.accounts.roles import Role


@dataclass(frozen=True)
class Person:
    username: str
    name: str
    role: Role | None  # none: a site admin


PEOPLE = (
    Person("admin", "管理员", None),
    Person("lead", "林岚", Role.LEAD),
    Person("reviewer", "周正", Role.REVIEWER),
    Person("annotator1", "陈书", Role.ANNOTATOR),
    Person("annotator2", "何田", Role.ANNOTATOR),
    *(
        Person(f"evaluator{n}", f"评测员{name}", Role.EVALUATOR)
        for n, name in enumerate("甲乙丙丁戊", 1)
    ),
)


def file() -> Path:
    return Path(settings.HOME) / "demo-accounts.json"


def passwords() -> dict[str, str]:
    """By user name; empty where no demo was loaded."""
    found: dict[str, str] = json.loads(file().read_text()) if file().exists() else {}
    return found


def make(project: Project) -> dict[str, User]:
    """The people, each with their role in the project. Accounts that exist keep their password.

    Passwords are written down before the accounts are made, so that none is lost to a crash.
    """
    known = passwords() or {person.username: secrets.token_urlsafe(9) for person in PEOPLE}
    if not file().exists():
        _write(known)
    users = {person.username: _account(person, known[person.username]) for person in PEOPLE}
    for person in PEOPLE:
        if person.role is not None:
            members.add_member(project, users["admin"], person.username, person.role)
    return users


def _account(person: Person, password: str) -> User:
    user = User.objects.filter(username=person.username).first()
    if user is None:
        is_admin = person.role is None
        user = User.objects.create_user(
            person.username,
            password=password,
            display_name=person.name,
            is_superuser=is_admin,
            is_staff=is_admin,
        )
    return user


def _write(known: dict[str, str]) -> None:
    # Readable by its owner from the first moment on.
    handle = os.open(file(), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as out:
        json.dump(known, out, indent=1)
