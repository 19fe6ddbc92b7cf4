from typing import Any

import django.core.validators
import django.db.models.deletion
from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

SAMPLES_HELP = (
    "For a judge that gives no token probabilities: its score is the mean of so many answers."
)
METHODS = [
    ("written", "as written"),
    ("logprobs", "token probabilities"),
    ("samples", "mean of several answers"),
]


def make_first(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """What judged until now is the first judge."""
    endpoints: Any = apps.get_model("annotation", "Endpoint").objects
    endpoints.filter(judges=True).update(judge=1)


def make_only(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    endpoints: Any = apps.get_model("annotation", "Endpoint").objects
    endpoints.filter(judge=1).update(judges=True)


class Migration(migrations.Migration):
    dependencies = [
        ("annotation", "0010_quality"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="endpoint",
            name="judge",
            field=models.PositiveSmallIntegerField(
                blank=True,
                choices=[(1, "First judge"), (2, "Second judge")],
                null=True,
                verbose_name="judge of the pre-filter",
            ),
        ),
        migrations.AddField(
            model_name="endpoint",
            name="samples",
            field=models.PositiveSmallIntegerField(
                default=5,
                help_text=SAMPLES_HELP,
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(20),
                ],
                verbose_name="answers for a score",
            ),
        ),
        migrations.RunPython(make_first, make_only),
        migrations.RemoveConstraint(model_name="endpoint", name="one_judge_per_project"),
        migrations.RemoveField(model_name="endpoint", name="judges"),
        migrations.AddConstraint(
            model_name="endpoint",
            constraint=models.UniqueConstraint(
                models.F("project"),
                models.F("judge"),
                condition=models.Q(("judge__isnull", False)),
                name="endpoint_once_per_judge",
            ),
        ),
        migrations.AddConstraint(
            model_name="endpoint",
            constraint=models.CheckConstraint(
                condition=models.Q(("judge__isnull", True), ("judge__in", (1, 2)), _connector="OR"),
                name="endpoint_judge_known",
            ),
        ),
        migrations.AddField(
            model_name="judgement", name="criteria", field=models.JSONField(default=dict)
        ),
        migrations.AddField(
            model_name="judgement",
            name="judge",
            field=models.PositiveSmallIntegerField(default=1),
        ),
        migrations.AddField(
            model_name="judgement",
            name="method",
            field=models.CharField(choices=METHODS, default="written", max_length=10),
        ),
        migrations.AddField(
            model_name="judgement",
            name="template",
            field=models.CharField(default="built-in", max_length=20),
        ),
        migrations.RemoveConstraint(model_name="judgement", name="judgement_once_per_payload"),
        migrations.AddConstraint(
            model_name="judgement",
            constraint=models.UniqueConstraint(
                fields=("pair", "judge", "payload_hash"), name="judgement_once_per_question"
            ),
        ),
        migrations.CreateModel(
            name="JudgeTemplate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveSmallIntegerField()),
                ("system", models.TextField(verbose_name="instructions")),
                ("user", models.TextField(verbose_name="what is judged")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "author",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="judge_templates",
                        to="annotation.project",
                    ),
                ),
            ],
            options={"get_latest_by": "version"},
        ),
        migrations.AddConstraint(
            model_name="judgetemplate",
            constraint=models.UniqueConstraint(
                models.F("project"), models.F("version"), name="judge_template_version_once"
            ),
        ),
    ]
