import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

APPEND_ONLY = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON annotation_qualitymodel
    FOR EACH ROW EXECUTE FUNCTION cqia_refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON annotation_predictor
    FOR EACH ROW EXECUTE FUNCTION cqia_refuse_change();
"""
CHANGEABLE = """
DROP TRIGGER append_only ON annotation_predictor;
DROP TRIGGER append_only ON annotation_qualitymodel;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("annotation", "0009_contamination"),
    ]

    operations = [
        migrations.AddField(
            model_name="project",
            name="queue_order",
            field=models.CharField(
                choices=[
                    ("oldest", "Oldest first"),
                    ("useful", "Most useful first"),
                    ("uncertain", "Most uncertain first"),
                ],
                default="oldest",
                help_text="Useful and uncertain are what the learned model takes them for; until there is one, the oldest pairs come first.",
                max_length=9,
                verbose_name="order of the queue",
            ),
        ),
        migrations.CreateModel(
            name="QualityModel",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveSmallIntegerField()),
                ("trained_at", models.DateTimeField(auto_now_add=True)),
                ("decisions", models.PositiveIntegerField()),
                ("last_annotation", models.BigIntegerField()),
                ("last_transition", models.BigIntegerField()),
                ("seed", models.PositiveIntegerField()),
                (
                    "words",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), size=None
                    ),
                ),
                ("checks", models.JSONField()),
                ("seconds", models.JSONField()),
                (
                    "project",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="annotation.project",
                    ),
                ),
            ],
            options={
                "get_latest_by": "version",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("project", "version"), name="quality_version_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Predictor",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("check_id", models.CharField(max_length=20)),
                ("weights", models.BinaryField()),
                ("intercept", models.FloatField()),
                ("slope", models.FloatField()),
                ("offset", models.FloatField()),
                ("report", models.JSONField()),
                (
                    "model",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="predictors",
                        to="annotation.qualitymodel",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("model", "check_id"), name="predictor_once")
                ],
            },
        ),
        migrations.RunSQL(APPEND_ONLY, CHANGEABLE),
    ]
