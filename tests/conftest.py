"""Plugins, and what holds for every test."""

from pathlib import Path

from django.conf import settings

pytest_plugins = ["tests.cast", "tests.poll"]

# `collectstatic` has not run: files are named plainly, and the folder of the collected ones is empty.
settings.STORAGES["staticfiles"]["BACKEND"] = (
    "django.contrib.staticfiles.storage.StaticFilesStorage"
)
Path(settings.STATIC_ROOT).mkdir(exist_ok=True)
