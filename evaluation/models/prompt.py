from typing import Any

from django.conf import settings as conf
from django.db import models
from django.utils.translation import gettext_lazy as _

from annotation.models import Endpoint, Project
from cqia.lib.errors import explain
from review.models import Release

TURNS_APART = "\n\n---\n\n"
"""What stands between the turns of a prompt, and of an answer to it, where they are one text."""


class PromptSet(models.Model):
    """The questions that models are compared on."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="prompt_sets")
    name = models.CharField(_("name"), max_length=80)
    # {} for imported ones. Drawn from held-out data: {from, seed, asked, left_out, …}, as written by
    # evaluation.held_out.
    origin = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint("project", "name", name="prompt_set_name_once")]

    def __str__(self) -> str:
        return self.name


class Prompt(models.Model):
    prompt_set = models.ForeignKey(PromptSet, models.PROTECT, related_name="prompts")
    key = models.CharField(max_length=120)  # its id in the imported file
    category = models.CharField(max_length=80, blank=True, default="")
    subcategory = models.CharField(max_length=80, blank=True, default="")
    source = models.CharField(max_length=120, blank=True, default="")  # the collection it is from
    text = models.TextField()  # of several turns: all of them, with TURNS_APART between
    turns = models.JSONField(default=list)  # the texts one by one; [] where there is one turn
    system = models.TextField(blank=True, default="")
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
    # Name or address of the run that made it, as its makers know it.
    training_run = models.CharField(max_length=200, blank=True, default="")
    # Nobody rates the answers of a model they trained.
    trained_by = models.ManyToManyField(conf.AUTH_USER_MODEL, blank=True, related_name="trained")
    notes = models.TextField(blank=True, default="")
    endpoint = models.ForeignKey(Endpoint, models.SET_NULL, null=True, blank=True, related_name="+")
    # Of the last generation: temperature, max_tokens, seed, samples; each answer has its own too.
    settings = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint("project", "name", name="model_version_name_once")]

    def __str__(self) -> str:
        return self.name


class Answer(models.Model):
    """What one model answered to one prompt: imported (no params), or generated here with params.

    Of several samples campaigns compare the first, 0.
    """

    prompt = models.ForeignKey(Prompt, models.PROTECT, related_name="answers")
    model = models.ForeignKey(ModelVersion, models.PROTECT, related_name="answers")
    sample = models.PositiveSmallIntegerField(default=0)
    text = models.TextField()
    params = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("prompt", "model", "sample", name="answer_sample_once"),
        ]

    def __str__(self) -> str:
        return self.text[:40]


class AnswerFailure(models.Model):
    """An answer that was asked for and did not come, with the reason; gone once it has come."""

    prompt = models.ForeignKey(Prompt, models.CASCADE, related_name="failures")
    model = models.ForeignKey(ModelVersion, models.CASCADE, related_name="failures")
    sample = models.PositiveSmallIntegerField(default=0)
    # An explanation as (code, params) of cqia.lib.errors.
    code = models.CharField(max_length=40)
    code_params = models.JSONField(default=dict)
    tries = models.PositiveIntegerField(default=1)
    at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("prompt", "model", "sample", name="failure_sample_once"),
        ]

    def __str__(self) -> str:
        return f"{self.prompt_id}/{self.sample}: {self.code}"

    @property
    def message(self) -> str:
        params: dict[str, Any] = self.code_params
        return explain(self.code, params)
