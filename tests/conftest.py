"""Plugins, and what holds for every test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
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


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """A request in Chinese leaves its language to the thread, and so to the next test."""
    with translation.override("en"):
        yield
