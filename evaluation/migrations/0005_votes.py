import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

GUARD = (
    "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON evaluation_voteevent"
    " FOR EACH ROW EXECUTE FUNCTION cqia_refuse_change();"
)
# Ballots are made by COPY of the columns that are drawn; the others start empty.
EMPTY = """
ALTER TABLE evaluation_ballot ALTER ratings SET DEFAULT '{}', ALTER tags SET DEFAULT '[]',
    ALTER flags SET DEFAULT '[]', ALTER reason SET DEFAULT ''
"""
NOT_EMPTY = """
ALTER TABLE evaluation_ballot ALTER ratings DROP DEFAULT, ALTER tags DROP DEFAULT,
    ALTER flags DROP DEFAULT, ALTER reason DROP DEFAULT
"""


class Migration(migrations.Migration):
    dependencies = [
        ("annotation", "0002_append_only_transitions"),
        ("evaluation", "0004_campaigns"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="ballot",
            name="choice",
            field=models.CharField(
                blank=True,
                choices=[
                    ("left", "A is better"),
                    ("right", "B is better"),
                    ("tie", "Tie"),
                    ("both_bad", "Both bad"),
                    ("skip", "Skipped"),
                ],
                default="",
                max_length=8,
            ),
        ),
        migrations.AddField("ballot", "ratings", models.JSONField(default=dict)),
        migrations.AddField("ballot", "tags", models.JSONField(default=list)),
        migrations.AddField("ballot", "flags", models.JSONField(default=list)),
        migrations.AddField(
            model_name="ballot",
            name="reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("unsure", "I cannot decide"),
                    ("knowledge", "I do not know this subject"),
                    ("harmful", "I do not want to read this"),
                    ("broken", "It is not shown properly"),
                    ("other", "Another reason"),
                ],
                default="",
                max_length=9,
            ),
        ),
        migrations.RunSQL(EMPTY, NOT_EMPTY),
        migrations.AddConstraint(
            model_name="ballot",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("choice", "skip"), models.Q(("reason", ""), _negated=True)),
                    models.Q(models.Q(("choice", "skip"), _negated=True), ("reason", "")),
                    _connector="OR",
                ),
                name="skipped_with_a_reason",
            ),
        ),
        migrations.CreateModel(
            name="VoteEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "verb",
                    models.CharField(
                        choices=[("cast", "cast"), ("skip", "skipped"), ("undo", "undone")],
                        max_length=4,
                    ),
                ),
                ("payload", models.JSONField(default=dict)),
                ("at", models.DateTimeField(auto_now_add=True)),
                (
                    "ballot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="evaluation.ballot",
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
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("verb__in", ["cast", "skip", "undo"])),
                        name="vote_event_known",
                    )
                ],
            },
        ),
        migrations.RunSQL(GUARD, "DROP TRIGGER append_only ON evaluation_voteevent;"),
    ]
