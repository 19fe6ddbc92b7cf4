import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

_id = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")
_kept = django.db.models.deletion.PROTECT

CREATE = (
    "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON evaluation_judgeverdict"
    " FOR EACH ROW EXECUTE FUNCTION cqia_refuse_change();"
)
DROP = "DROP TRIGGER append_only ON evaluation_judgeverdict;"


class Migration(migrations.Migration):
    dependencies = [
        ("evaluation", "0005_votes"),
        ("annotation", "0005_endpoint_address"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="JudgeRun",
            fields=[
                ("id", _id.clone()),
                ("judge", models.CharField(max_length=200)),
                ("rules", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=_kept, related_name="judge_runs", to="evaluation.campaign"
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True, on_delete=_kept, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "endpoint",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="annotation.endpoint",
                    ),
                ),
                (
                    "job",
                    models.ForeignKey(
                        null=True, on_delete=_kept, related_name="+", to="annotation.job"
                    ),
                ),
            ],
            options={"ordering": ["-id"]},
        ),
        migrations.CreateModel(
            name="JudgeVerdict",
            fields=[
                ("id", _id.clone()),
                ("swapped", models.BooleanField()),
                (
                    "better",
                    models.CharField(
                        choices=[("first", "the first"), ("second", "the second"), ("tie", "Tie")],
                        max_length=6,
                    ),
                ),
                ("reason", models.TextField(blank=True, default="")),
                ("model", models.CharField(blank=True, default="", max_length=200)),
                ("at", models.DateTimeField(auto_now_add=True)),
                (
                    "matchup",
                    models.ForeignKey(
                        db_index=False, on_delete=_kept, related_name="+", to="evaluation.matchup"
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=_kept,
                        related_name="verdicts",
                        to="evaluation.judgerun",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("run", "matchup", "swapped"), name="verdict_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("better__in", ["first", "second", "tie"])),
                        name="verdict_known",
                    ),
                ],
            },
        ),
        migrations.RunSQL(CREATE, DROP),
    ]
