from django.conf import settings
from django.db import models

from annotation.models.job import Job
from annotation.models.pair import Pair, Response


class ModelDraft(models.Model):
    """An answer that a model drafted because somebody said what is wrong with the one there.

    It stays as the provenance of what was made of it: who asked, which model, prompt and parameters.
    """

    pair = models.ForeignKey(Pair, models.PROTECT, related_name="model_drafts")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    job = models.OneToOneField(Job, models.PROTECT, related_name="model_draft")
    flaw = models.TextField()
    model = models.CharField(max_length=200, blank=True, default="")  # as the server names it
    prompt = models.CharField(max_length=40, blank=True, default="")  # name and version
    params = models.JSONField(default=dict)  # temperature, max_tokens, tokens used, seconds
    text = models.TextField(blank=True, default="")  # as the model wrote it
    # What the annotator made of it, once submitted.
    response = models.OneToOneField(
        Response, models.SET_NULL, null=True, related_name="model_draft"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.model} · {self.pair_id}"
