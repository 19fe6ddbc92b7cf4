from django.db import models
from django.utils.translation import gettext_lazy as _

from annotation.models import Endpoint, Project
from review.models import Release


class PromptSet(models.Model):
    """The questions that models are compared on."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="prompt_sets")
    name = models.CharField(_("name"), max_length=80)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint("project", "name", name="prompt_set_name_once")]

    def __str__(self) -> str:
        return self.name


class Prompt(models.Model):
    prompt_set = models.ForeignKey(PromptSet, models.PROTECT, related_name="prompts")
    key = models.CharField(max_length=120)  # its id in the imported file
    category = models.CharField(max_length=80, blank=True, default="")
    text = models.TextField()
    reference = models.TextField(blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint("prompt_set", "key", name="prompt_key_once")]

    def __str__(self) -> str:
        return self.key


class ModelVersion(models.Model):
    """A fine-tuned model, or one it is compared with; with the release it was trained on, if known."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="model_versions")
    name = models.CharField(_("name"), max_length=120)
    base = models.CharField(_("base model"), max_length=120, blank=True, default="")
    release = models.ForeignKey(
        Release, models.PROTECT, null=True, blank=True, related_name="model_versions"
    )
    endpoint = models.ForeignKey(Endpoint, models.SET_NULL, null=True, blank=True, related_name="+")
    settings = models.JSONField(default=dict)  # generation settings: temperature, max_tokens, seed
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint("project", "name", name="model_version_name_once")]

    def __str__(self) -> str:
        return self.name


class Answer(models.Model):
    """What one model answered to one prompt: imported (no params), or generated here with params."""

    prompt = models.ForeignKey(Prompt, models.PROTECT, related_name="answers")
    model = models.ForeignKey(ModelVersion, models.PROTECT, related_name="answers")
    text = models.TextField()
    params = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("prompt", "model", name="answer_once_per_model"),
        ]

    def __str__(self) -> str:
        return self.text[:40]
