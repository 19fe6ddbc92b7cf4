import django.contrib.postgres.fields
import django.contrib.postgres.functions
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# What was searched for at a time stays known: a version is written once.
CREATE = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON annotation_lexiconversion
    FOR EACH ROW EXECUTE FUNCTION cqia_refuse_change();
"""
DROP = "DROP TRIGGER append_only ON annotation_lexiconversion;"


class Migration(migrations.Migration):
    dependencies = [
        ("annotation", "0006_source_floor"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # Versions that count what people saved may grow beyond a small number.
        migrations.AlterField(
            model_name="finding",
            name="version",
            field=models.PositiveIntegerField(),
        ),
        migrations.CreateModel(
            name="Lexicon",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("advertising", "Advertising"),
                            ("gambling", "Gambling"),
                            ("drugs", "Drugs"),
                            ("porn", "Pornography"),
                            ("violence", "Violence"),
                            ("abuse", "Abuse"),
                            ("fraud", "Fraud"),
                            ("other", "Other"),
                        ],
                        max_length=12,
                        verbose_name="category",
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lexicons",
                        to="annotation.project",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("project"), models.F("name"), name="lexicon_name_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="LexiconVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                (
                    "words",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), size=None, verbose_name="words"
                    ),
                ),
                ("weight", models.FloatField(verbose_name="weight")),
                ("enabled", models.BooleanField(verbose_name="on")),
                ("at", models.DateTimeField(auto_now_add=True)),
                (
                    "author",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "lexicon",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="annotation.lexicon",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("lexicon", "number"), name="lexicon_version_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("weight__gt", 0)), name="lexicon_weight_above_zero"
                    ),
                ],
            },
        ),
        migrations.RunSQL(CREATE, DROP),
        migrations.CreateModel(
            name="Mask",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "field",
                    models.CharField(
                        choices=[
                            ("system", "System"),
                            ("history", "Earlier turns"),
                            ("instruction", "Question"),
                            ("input", "Input"),
                            ("text", "Answer"),
                        ],
                        max_length=11,
                    ),
                ),
                ("original", models.JSONField()),
                ("put", models.TextField()),
                (
                    "at",
                    models.DateTimeField(
                        db_default=django.contrib.postgres.functions.TransactionNow()
                    ),
                ),
                ("undone_at", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "pair",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="masks",
                        to="annotation.pair",
                    ),
                ),
                (
                    "response",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="annotation.response",
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
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("field", "text")) ^ models.Q(("response", None)),
                        name="mask_of_an_answer_or_the_pair",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("undone_at", None), ("undone_by", None))
                        | models.Q(("undone_at__isnull", False), ("undone_by__isnull", False)),
                        name="mask_undone_by_somebody",
                    ),
                ],
            },
        ),
    ]
