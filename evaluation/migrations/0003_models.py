from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

_short: Any = {"blank": True, "default": ""}


class Migration(migrations.Migration):
    dependencies = [
        ("evaluation", "0002_uploads"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField("promptset", "origin", models.JSONField(default=dict)),
        migrations.AddField("prompt", "subcategory", models.CharField(max_length=80, **_short)),
        migrations.AddField("prompt", "source", models.CharField(max_length=120, **_short)),
        migrations.AddField("prompt", "turns", models.JSONField(default=list)),
        migrations.AddField("prompt", "system", models.TextField(**_short)),
        migrations.AddField(
            "modelversion", "training_run", models.CharField(max_length=200, **_short)
        ),
        migrations.AddField(
            "modelversion",
            "trained_by",
            models.ManyToManyField(blank=True, related_name="trained", to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField("modelversion", "notes", models.TextField(**_short)),
        migrations.AddField("upload", "reader", models.CharField(max_length=5, default="jsonl")),
        migrations.AddField("upload", "model_name", models.CharField(max_length=120, **_short)),
        migrations.AddField("answer", "sample", models.PositiveSmallIntegerField(default=0)),
        migrations.RemoveConstraint("answer", "answer_once_per_model"),
        migrations.AddConstraint(
            "answer",
            models.UniqueConstraint(
                models.F("prompt"), models.F("model"), models.F("sample"), name="answer_sample_once"
            ),
        ),
        migrations.CreateModel(
            name="AnswerFailure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sample", models.PositiveSmallIntegerField(default=0)),
                ("code", models.CharField(max_length=40)),
                ("code_params", models.JSONField(default=dict)),
                ("tries", models.PositiveIntegerField(default=1)),
                ("at", models.DateTimeField(auto_now=True)),
                (
                    "model",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="failures",
                        to="evaluation.modelversion",
                    ),
                ),
                (
                    "prompt",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="failures",
                        to="evaluation.prompt",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("prompt"),
                        models.F("model"),
                        models.F("sample"),
                        name="failure_sample_once",
                    )
                ],
            },
        ),
    ]
