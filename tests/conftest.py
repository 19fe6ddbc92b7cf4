"""Plugins, and what holds for every test."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.utils import translation

from cqia.lib.messages import compile_messages

pytest_plugins = ["tests.cast", "tests.poll", "tests.live", "tests.vllm_server"]

# `collectstatic` has not run: files are named plainly, and the folder of the collected ones is empty.
settings.STORAGES["staticfiles"]["BACKEND"] = (
    "django.contrib.staticfiles.storage.StaticFilesStorage"
)
Path(settings.STATIC_ROOT).mkdir(exist_ok=True)
# Before gettext reads a catalogue for the first time.
compile_messages(Path(settings.LOCALE_PATHS[0]))

# A release cannot be emptied (a trigger sees to it), but tests with transactions of their own end so.
_EMPTIED = ("review_release", "review_releaseitem", "review_releasefile")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        for table in _EMPTIED:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER no_truncate")


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """A request in Chinese leaves its language to the thread, and so to the next test."""
    with translation.override("en"):
        yield
