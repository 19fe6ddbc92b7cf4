import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("annotation", "0011_judges"),
    ]

    operations = [
        # Lines are decided by at once now. What such a job had left to do, the next change of a line
        # or the next run does.
        migrations.RunSQL(
            "UPDATE annotation_job SET state = 'cancelled', finished_at = now()"
            " WHERE task = 'annotation.apply_thresholds'"
            " AND state IN ('waiting', 'running', 'paused')",
            migrations.RunSQL.noop,
        ),
        migrations.AddField(
            "project",
            "audit_dropped_share",
            models.FloatField(
                default=1,
                validators=[
                    django.core.validators.MinValueValidator(0),
                    django.core.validators.MaxValueValidator(100),
                ],
                verbose_name="of the dropped pairs",
            ),
        ),
        migrations.AddField(
            "project",
            "audit_kept_share",
            models.FloatField(
                default=1,
                validators=[
                    django.core.validators.MinValueValidator(0),
                    django.core.validators.MaxValueValidator(100),
                ],
                verbose_name="of the pairs that passed",
            ),
        ),
        migrations.AlterField(
            "annotation",
            "claim",
            models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="annotations",
                to="annotation.claim",
            ),
        ),
        migrations.AddIndex(
            "transition",
            models.Index(
                condition=models.Q(("verb", "restore")),
                fields=["pair"],
                name="transition_restored",
            ),
        ),
        migrations.CreateModel(
            "AuditItem",
            [
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("dropped", models.BooleanField()),
                ("check_id", models.CharField(blank=True, default="", max_length=20)),
                ("score", models.FloatField(null=True)),
                ("drawn_at", models.DateTimeField(auto_now_add=True)),
                (
                    "pair",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="audit",
                        to="annotation.pair",
                    ),
                ),
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
                "indexes": [models.Index(fields=["project", "dropped"], name="audit_by_side")]
            },
        ),
        migrations.CreateModel(
            "Redecision",
            [
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(auto_now_add=True)),
                ("before", models.JSONField()),
                ("after", models.JSONField()),
                ("dropped", models.PositiveIntegerField()),
                ("readmitted", models.PositiveIntegerField()),
                ("stayed", models.PositiveIntegerField()),
                ("undone_at", models.DateTimeField(null=True)),
                ("undone_stayed", models.PositiveIntegerField(default=0)),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="redecisions",
                        to="annotation.project",
                    ),
                ),
                (
                    "undone_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("undone_at__isnull", True), ("undone_by__isnull", True)),
                            models.Q(("undone_at__isnull", False), ("undone_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="redecision_undone_by_somebody",
                    )
                ],
            },
        ),
    ]
