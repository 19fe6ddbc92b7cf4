"""The Celery application and its two queues.

`cpu` runs imports, checks and releases; `gpu` runs everything that waits on a model server, so that a
slow model never holds up an import. Postgres is the truth about a job; a Celery message is only the
doorbell (see annotation/jobs.py), so messages may be lost or doubled without harm.
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cqia.settings")

app = Celery("cqia")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
