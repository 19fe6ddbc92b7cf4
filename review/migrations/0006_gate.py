import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TABLES = ("review_licencetable", "review_gatereport", "review_gateproblem")
CREATE = "".join(
    f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}"
    " FOR EACH ROW EXECUTE FUNCTION cqia_refuse_change();"
    for table in TABLES
)
DROP = "".join(f"DROP TRIGGER append_only ON {table};" for table in TABLES)


def key() -> "models.BigAutoField[int, int]":
    return models.BigAutoField(
        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
    )


def protected(
    to: str, related_name: str, *, null: bool = False
) -> "models.ForeignKey[models.Model, models.Model]":
    return models.ForeignKey(
        null=null,
        on_delete=django.db.models.deletion.PROTECT,
        related_name=related_name,
        to=to,
    )


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("annotation", "0018_source_terms"),
        ("review", "0005_compose"),
    ]

    operations = [
        migrations.CreateModel(
            name="LicenceTable",
            fields=[
                ("id", key()),
                ("number", models.PositiveIntegerField()),
                ("rows", models.JSONField()),
                ("note", models.CharField(blank=True, default="", max_length=200)),
                ("at", models.DateTimeField(auto_now_add=True)),
                ("author", protected(settings.AUTH_USER_MODEL, "+")),
                ("project", protected("annotation.project", "licence_tables")),
            ],
            options={
                "ordering": ["-number"],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("project"), models.F("number"), name="licence_table_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("number__gte", 2)), name="licence_table_after_the_first"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="GateWaiver",
            fields=[
                ("id", key()),
                ("use", models.CharField(max_length=10)),
                ("rule", models.CharField(max_length=20)),
                ("subject", models.CharField(blank=True, default="", max_length=200)),
                ("reason", models.CharField(max_length=400, verbose_name="reason")),
                ("at", models.DateTimeField(auto_now_add=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("by", protected(settings.AUTH_USER_MODEL, "+")),
                ("ended_by", protected(settings.AUTH_USER_MODEL, "+", null=True)),
                ("pair", protected("annotation.pair", "+", null=True)),
                ("project", protected("annotation.project", "gate_waivers")),
                ("source", protected("annotation.source", "+", null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="gate_waiver_has_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("source", None), ("pair", None), _connector="OR"),
                        name="gate_waiver_of_a_row_or_a_source",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("project", "use", "rule", "subject", "source", "pair"),
                        name="gate_waiver_standing_once",
                        nulls_distinct=False,
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="GateReport",
            fields=[
                ("id", key()),
                ("use", models.CharField(max_length=10)),
                ("table", models.PositiveIntegerField()),
                ("rows", models.PositiveIntegerField()),
                ("passed", models.BooleanField()),
                ("figures", models.JSONField()),
                ("measured", models.JSONField()),
                ("sources", models.JSONField()),
                ("waivers", models.JSONField()),
                ("at", models.DateTimeField(auto_now_add=True)),
                ("by", protected(settings.AUTH_USER_MODEL, "+", null=True)),
                ("composition", protected("review.composition", "gate_reports", null=True)),
                ("project", protected("annotation.project", "gate_reports")),
                (
                    "release",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="gate_report",
                        to="review.release",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["project", "composition", "-id"], name="gate_report_last")
                ],
            },
        ),
        migrations.CreateModel(
            name="GateProblem",
            fields=[
                ("id", key()),
                ("rule", models.CharField(max_length=20)),
                (
                    "level",
                    models.CharField(
                        choices=[("block", "holds the release back"), ("warn", "is only told")],
                        max_length=5,
                    ),
                ),
                ("subject", models.CharField(blank=True, default="", max_length=200)),
                ("count", models.PositiveIntegerField()),
                ("waived", models.PositiveIntegerField()),
                (
                    "pairs",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), size=None
                    ),
                ),
                (
                    "words",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), size=None
                    ),
                ),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="problems",
                        to="review.gatereport",
                    ),
                ),
                ("source", protected("annotation.source", "+", null=True)),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("report", "rule", "level", "subject", "source"),
                        name="gate_problem_once",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TextFinding",
            fields=[
                ("id", key()),
                ("check_id", models.CharField(max_length=20)),
                ("version", models.PositiveIntegerField()),
                ("digest", models.BinaryField()),
                ("score", models.FloatField()),
                ("words", models.CharField(blank=True, default="", max_length=200)),
                (
                    "pair",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="annotation.pair",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("pair", "check_id"), name="text_finding_once")
                ],
            },
        ),
        migrations.RunSQL(CREATE, DROP),
    ]
