import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

OLD_TO_NEW = """
UPDATE annotation_annotation SET reasons = ARRAY[reason] WHERE reason <> '';
UPDATE annotation_annotation SET tiers = (
       SELECT jsonb_agg(jsonb_build_array(pk) ORDER BY place)
         FROM unnest(ranking) WITH ORDINALITY AS ranked(pk, place)) WHERE verb = 'rank';
-- The checks of what was changed are due before the table is altered again.
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""
# Where several reasons were given, the first of them stays.
NEW_TO_OLD = """
UPDATE annotation_annotation SET reason = reasons[1] WHERE reasons <> '{}';
UPDATE annotation_annotation SET ranking = ARRAY(
       SELECT pk::bigint FROM jsonb_array_elements(tiers) WITH ORDINALITY AS tier(ids, place),
              jsonb_array_elements_text(tier.ids) AS pk ORDER BY place) WHERE tiers <> '[]';
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("annotation", "0014_queue"),
    ]

    operations = [
        migrations.CreateModel(
            name="DeskForm",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="desk_forms",
                        to="annotation.project",
                    ),
                ),
                ("version", models.PositiveIntegerField()),
                (
                    "mode",
                    models.CharField(
                        choices=[
                            (
                                "decide",
                                "Accept, rewrite or reject; rank where there are several answers",
                            ),
                            ("rank", "Rank the answers"),
                            ("pick", "Pick the best answer and score it"),
                            ("flaw", "State the flaw first, then mend a model's draft"),
                        ],
                        max_length=6,
                        verbose_name="way of working",
                    ),
                ),
                ("reasons", models.JSONField(default=list)),
                ("tags", models.JSONField(default=list)),
                ("criteria", models.JSONField(default=list)),
                ("fields", models.JSONField(default=list)),
                (
                    "author",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "get_latest_by": "version",
                "constraints": [
                    models.UniqueConstraint(
                        models.F("project"), models.F("version"), name="desk_form_version_once"
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="annotation",
            name="form",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="annotation.deskform",
            ),
        ),
        migrations.AddField(
            model_name="annotation",
            name="shown",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(), default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="annotation",
            name="tiers",
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name="annotation",
            name="all_bad",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="annotation",
            name="reasons",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=40), default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="annotation",
            name="tag",
            field=models.CharField(blank=True, default="", max_length=40),
        ),
        migrations.AddField(
            model_name="annotation",
            name="ratings",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="annotation",
            name="fields",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="annotation",
            name="flaw",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.AddField(
            model_name="annotation",
            name="instruction",
            field=models.TextField(null=True),
        ),
        migrations.AddField(
            model_name="annotation",
            name="input",
            field=models.TextField(null=True),
        ),
        migrations.AlterField(
            model_name="annotation",
            name="verb",
            field=models.CharField(
                choices=[
                    ("accept", "Accept"),
                    ("rewrite", "Rewrite"),
                    ("reject", "Reject"),
                    ("rank", "Rank"),
                    ("pick", "Pick the best"),
                ],
                max_length=7,
            ),
        ),
        migrations.RemoveConstraint(
            model_name="annotation", name="rejected_with_reason_or_answered"
        ),
        migrations.RunSQL(OLD_TO_NEW, NEW_TO_OLD),
        migrations.RemoveField(model_name="annotation", name="reason"),
        migrations.RemoveField(model_name="annotation", name="ranking"),
        migrations.AddConstraint(
            model_name="annotation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("response__isnull", True),
                        ("verb", "reject"),
                        models.Q(("reasons", []), _negated=True),
                    ),
                    models.Q(("all_bad", True), ("response__isnull", True), ("verb", "rank")),
                    models.Q(
                        models.Q(("verb", "reject"), _negated=True),
                        ("all_bad", False),
                        ("reasons", []),
                        ("response__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="rejected_with_reasons_or_answered",
            ),
        ),
        migrations.CreateModel(
            name="ModelDraft",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "pair",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="model_drafts",
                        to="annotation.pair",
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "job",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="model_draft",
                        to="annotation.job",
                    ),
                ),
                ("flaw", models.TextField()),
                ("model", models.CharField(blank=True, default="", max_length=200)),
                ("prompt", models.CharField(blank=True, default="", max_length=40)),
                ("params", models.JSONField(default=dict)),
                ("text", models.TextField(blank=True, default="")),
                (
                    "response",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="model_draft",
                        to="annotation.response",
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "constraints": [],
            },
        ),
        migrations.CreateModel(
            name="Triage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="triages",
                        to="annotation.project",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="triages",
                        to="annotation.source",
                    ),
                ),
                ("task", models.TextField(blank=True, default="")),
                (
                    "sample",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), size=None
                    ),
                ),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("keep", "Keep all"),
                            ("drop", "Drop all"),
                            ("singly", "Go on one by one"),
                        ],
                        max_length=6,
                    ),
                ),
                ("reason", models.CharField(blank=True, default="", max_length=40)),
                ("note", models.TextField(blank=True, default="")),
                (
                    "job",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="triage",
                        to="annotation.job",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("at", models.DateTimeField(auto_now_add=True)),
                (
                    "undone_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("undone_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), ("verdict", "drop"), _negated=True),
                        name="triage_drops_with_a_reason",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TriageItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "triage",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="items",
                        to="annotation.triage",
                    ),
                ),
                (
                    "pair",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="annotation.pair",
                    ),
                ),
                (
                    "annotation",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="annotation.annotation",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("triage", "pair"), name="triage_item_once")
                ],
            },
        ),
    ]
