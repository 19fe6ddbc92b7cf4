"""CQIA: raw Chinese text in, a human-verified instruction dataset and a blind ranking out."""

from cqia.celery import app as celery_app

__all__ = ["celery_app"]
__version__ = "0.1.0"
