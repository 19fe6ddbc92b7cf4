import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("annotation", "0013_labels"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="GoldItem",
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
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="gold",
                        to="annotation.project",
                    ),
                ),
                (
                    "pair",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="gold",
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
                    "made_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("verb", models.CharField(max_length=12)),
                ("note", models.TextField(blank=True, default="")),
                ("made_at", models.DateTimeField(auto_now_add=True)),
                ("retired_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Lane",
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
                        related_name="lanes",
                        to="annotation.project",
                    ),
                ),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                (
                    "sources",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), blank=True, default=list, size=None
                    ),
                ),
                (
                    "task_types",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), blank=True, default=list, size=None
                    ),
                ),
                (
                    "domains",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), blank=True, default=list, size=None
                    ),
                ),
                ("members", models.ManyToManyField(related_name="+", to=settings.AUTH_USER_MODEL)),
                ("closed_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="skip",
            name="skip_once_per_person",
        ),
        migrations.RemoveIndex(
            model_name="claim",
            name="claim_free",
        ),
        migrations.AddField(
            model_name="claim",
            name="parked",
            field=models.BooleanField(db_default=False),
        ),
        migrations.AddField(
            model_name="project",
            name="gold_share",
            field=models.FloatField(
                default=0,
                help_text="How many of the pairs dealt are ones whose right decision is known.",
                validators=[
                    django.core.validators.MinValueValidator(0),
                    django.core.validators.MaxValueValidator(50),
                ],
                verbose_name="share of known pairs in per cent",
            ),
        ),
        migrations.AddField(
            model_name="project",
            name="has_lanes",
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.AddField(
            model_name="project",
            name="least_likeness",
            field=models.FloatField(
                default=30,
                help_text=(
                    "Rewrites and rankings less alike than this count as disagreement: runs of three "
                    "characters that two rewrites share, pairs of answers that two rankings order alike."
                ),
                validators=[
                    django.core.validators.MinValueValidator(0),
                    django.core.validators.MaxValueValidator(100),
                ],
                verbose_name="least likeness in per cent",
            ),
        ),
        migrations.AddField(
            model_name="project",
            name="most_annotators",
            field=models.PositiveSmallIntegerField(
                default=0,
                help_text=(
                    "Where they disagree, one more is asked, up to this number. "
                    "0: nobody more is asked."
                ),
                validators=[django.core.validators.MaxValueValidator(9)],
                verbose_name="annotators per pair at most",
            ),
        ),
        migrations.AddField(
            model_name="project",
            name="pause_note",
            field=models.CharField(blank=True, default="", max_length=300, verbose_name="note"),
        ),
        migrations.AddField(
            model_name="project",
            name="paused_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="project",
            name="skip_minutes",
            field=models.PositiveSmallIntegerField(
                default=30,
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(10080),
                ],
                verbose_name="back after minutes",
            ),
        ),
        migrations.AddField(
            model_name="project",
            name="skip_policy",
            field=models.CharField(
                choices=[
                    ("others", "To others"),
                    ("later", "To others, and back to the same person later"),
                    ("lead", "To the lead, out of the queue"),
                ],
                default="others",
                max_length=6,
                verbose_name="skipped pairs go",
            ),
        ),
        migrations.AddField(
            model_name="skip",
            name="ended_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="skip",
            name="note",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.AddField(
            model_name="skip",
            name="policy",
            field=models.CharField(
                choices=[
                    ("others", "To others"),
                    ("later", "To others, and back to the same person later"),
                    ("lead", "To the lead, out of the queue"),
                ],
                default="others",
                max_length=6,
            ),
        ),
        migrations.AddField(
            model_name="skip",
            name="reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("too_hard", "Too hard"),
                    ("field", "Not my field"),
                    ("unclear", "Unclear"),
                    ("broken", "Broken page"),
                    ("other", "Other reason"),
                ],
                default="",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="skip",
            name="until",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="source",
            name="priority",
            field=models.PositiveSmallIntegerField(
                default=5,
                help_text="1 comes first, 9 last; it counts where the queue goes by priority.",
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(9),
                ],
                verbose_name="priority",
            ),
        ),
        migrations.AlterField(
            model_name="project",
            name="queue_order",
            field=models.CharField(
                choices=[
                    ("oldest", "Oldest first"),
                    ("priority", "By the priority of the source"),
                    ("source", "Source by source"),
                    ("task", "Task type by task type"),
                    ("domain", "Domain by domain"),
                    ("useful", "Most useful first"),
                    ("uncertain", "Most uncertain first"),
                ],
                default="oldest",
                help_text=(
                    "Useful and uncertain are what the learned model takes them for; until there is "
                    "one, the oldest pairs come first."
                ),
                max_length=9,
                verbose_name="order of the queue",
            ),
        ),
        migrations.AddIndex(
            model_name="skip",
            index=models.Index(
                condition=models.Q(("ended_at", None)), fields=["pair", "user"], name="skip_open"
            ),
        ),
        migrations.AddField(
            model_name="claim",
            name="gold",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="claims",
                to="annotation.golditem",
            ),
        ),
        migrations.AddField(
            model_name="claim",
            name="lane",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="annotation.lane",
            ),
        ),
        migrations.AddIndex(
            model_name="claim",
            index=models.Index(
                condition=models.Q(("holder__isnull", True), ("parked", False)),
                fields=["project", "lane", "place", "slot"],
                name="claim_free",
            ),
        ),
        migrations.AddIndex(
            model_name="claim",
            index=models.Index(
                condition=models.Q(("parked", True)),
                fields=["project", "pair"],
                name="claim_parked",
            ),
        ),
        migrations.AddIndex(
            model_name="claim",
            index=models.Index(
                condition=models.Q(("gold__isnull", False)), fields=["gold"], name="claim_gold"
            ),
        ),
        migrations.AddIndex(
            model_name="golditem",
            index=models.Index(
                condition=models.Q(("retired_at", None)), fields=["project"], name="gold_in_use"
            ),
        ),
        migrations.AddConstraint(
            model_name="lane",
            constraint=models.UniqueConstraint(
                condition=models.Q(("closed_at", None)),
                fields=("project", "name"),
                name="lane_name_once",
            ),
        ),
    ]
