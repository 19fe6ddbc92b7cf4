from typing import Any

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

TABLES = ("review_retraction", "review_retractedpair", "review_withdrawal")
APPEND_ONLY = "".join(
    f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}"
    " FOR EACH ROW EXECUTE FUNCTION cqia_refuse_change();"
    for table in TABLES
)
CHANGEABLE = "".join(f"DROP TRIGGER append_only ON {table};" for table in TABLES)
# A move that would bring a withdrawn pair back finds no row, as where somebody else was first.
KEEP_OUT = """
CREATE FUNCTION cqia_keep_withdrawn() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM review_retractedpair WHERE pair_id = OLD.id) THEN
        RETURN NULL;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_withdrawn BEFORE UPDATE OF state ON annotation_pair
    FOR EACH ROW WHEN (OLD.state = 'rejected' AND NEW.state <> 'rejected')
    EXECUTE FUNCTION cqia_keep_withdrawn();
"""
LET_IN = """
DROP TRIGGER keep_withdrawn ON annotation_pair;
DROP FUNCTION cqia_keep_withdrawn();
"""


def key() -> Any:
    return models.BigAutoField(
        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
    )


def one(to: str, related_name: str = "+", null: bool = False) -> Any:
    return models.ForeignKey(
        null=null, on_delete=django.db.models.deletion.PROTECT, related_name=related_name, to=to
    )


RETRACTION = migrations.CreateModel(
    name="Retraction",
    fields=[
        ("id", key()),
        (
            "what",
            models.CharField(
                choices=[("row", "Single rows"), ("source", "A source"), ("person", "A person")],
                max_length=6,
            ),
        ),
        (
            "pair_ids",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(), default=list, size=None
            ),
        ),
        ("decided", models.BooleanField(default=False)),
        (
            "kind",
            models.CharField(
                choices=[
                    ("consent", "Consent was withdrawn"),
                    ("personal", "Holds personal data"),
                    ("licence", "The licence does not allow it"),
                    ("content", "Wrong or harmful"),
                    ("other", "Another reason"),
                ],
                max_length=8,
            ),
        ),
        ("reason", models.TextField()),
        ("dated", models.DateField(default=django.utils.timezone.localdate)),
        ("at", models.DateTimeField(auto_now_add=True)),
        ("by", one(settings.AUTH_USER_MODEL)),
        (
            "job",
            models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="retraction",
                to="annotation.job",
            ),
        ),
        ("person", one(settings.AUTH_USER_MODEL, null=True)),
        ("project", one("annotation.project", "retractions")),
        ("source", one("annotation.source", null=True)),
    ],
    options={
        "ordering": ["-id"],
        "constraints": [
            models.CheckConstraint(
                condition=models.Q(what="row", source=None, person=None, decided=False)
                & ~models.Q(pair_ids=[])
                | models.Q(what="source", source__isnull=False, person=None, decided=False)
                & models.Q(pair_ids=[])
                | models.Q(what="person", person__isnull=False, source=None, pair_ids=[]),
                name="retraction_of_one_thing",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=["consent", "personal", "licence", "content", "other"]),
                name="retraction_kind_known",
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="retraction_has_reason"),
        ],
    },
)
RETRACTED_PAIR = migrations.CreateModel(
    name="RetractedPair",
    fields=[
        ("id", key()),
        (
            "pair",
            models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="retracted",
                to="annotation.pair",
            ),
        ),
        ("retraction", one("review.retraction", "pairs")),
    ],
)
WITHDRAWAL = migrations.CreateModel(
    name="Withdrawal",
    fields=[
        ("id", key()),
        ("rows", models.PositiveIntegerField()),
        ("release", one("review.release", "withdrawals")),
        ("retraction", one("review.retraction", "withdrawals")),
    ],
    options={
        "ordering": ["release__number"],
        "constraints": [
            models.UniqueConstraint(fields=["retraction", "release"], name="withdrawn_once")
        ],
    },
)
ACCESS = migrations.CreateModel(
    name="ReleaseAccess",
    fields=[
        ("id", key()),
        (
            "who",
            models.CharField(
                choices=[
                    ("leads", "Those who lead the project"),
                    ("members", "Everybody in the project"),
                    ("named", "The people named here"),
                    ("everyone", "Everybody who is signed in"),
                ],
                default="leads",
                max_length=8,
            ),
        ),
        ("changed_at", models.DateTimeField(auto_now=True)),
        ("changed_by", one(settings.AUTH_USER_MODEL)),
        ("people", models.ManyToManyField(related_name="+", to=settings.AUTH_USER_MODEL)),
        (
            "release",
            models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="access",
                to="review.release",
            ),
        ),
    ],
    options={
        "constraints": [
            models.CheckConstraint(
                condition=models.Q(who__in=["leads", "members", "named", "everyone"]),
                name="release_access_known",
            )
        ],
    },
)


class Migration(migrations.Migration):
    dependencies = [
        ("review", "0008_statistics"),
        ("annotation", "0017_around"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        RETRACTION,
        RETRACTED_PAIR,
        WITHDRAWAL,
        ACCESS,
        migrations.AddField(
            "release", "retraction", one("review.retraction", "patches", null=True)
        ),
        migrations.RunSQL(APPEND_ONLY, CHANGEABLE),
        migrations.RunSQL(KEEP_OUT, LET_IN),
    ]
