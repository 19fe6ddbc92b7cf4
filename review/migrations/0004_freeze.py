from typing import Any

import django.db.models.deletion
from django.db import migrations, models

TABLES = ("review_release", "review_releaseitem", "review_releasefile")

# What was frozen before there were versions: numbers become major versions, texts stay as they were.
PAUSE = "".join(f"ALTER TABLE {table} DISABLE TRIGGER append_only;" for table in TABLES)
RESUME = "".join(f"ALTER TABLE {table} ENABLE TRIGGER append_only;" for table in TABLES)
CARRY_OVER = """
UPDATE review_release release SET version = number || '.0.0', dated = created_at::date,
       rows = (SELECT count(*) FROM review_releaseitem WHERE release_id = release.id);
UPDATE review_releaseitem SET
       digest = sha256('\\x00'::bytea || sha256(convert_to(record, 'UTF8'))
                       || sha256(convert_to(extra, 'UTF8'))),
       prompt_chars = length(record::json->>'instruction') + length(record::json->>'input'),
       answer_chars = length(record::json->>'output'),
       task_major = coalesce(record::json#>>'{task_type,major,0}', '');
"""
# The row of a release is written last: into one that has it no item comes any more.
GUARD = """
CREATE FUNCTION review_refuse_late_item() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM (SELECT DISTINCT release_id FROM added) late
                 JOIN review_release ON review_release.id = late.release_id) THEN
        RAISE EXCEPTION 'a release that is frozen takes no more rows';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER sealed AFTER INSERT ON review_releaseitem
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION review_refuse_late_item();
CREATE FUNCTION review_refuse_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$;
""" + "".join(
    f"CREATE TRIGGER no_truncate BEFORE TRUNCATE ON {table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION review_refuse_truncate();"
    for table in TABLES
)
UNGUARD = (
    "".join(f"DROP TRIGGER no_truncate ON {table};" for table in TABLES)
    + """
DROP FUNCTION review_refuse_truncate();
DROP TRIGGER sealed ON review_releaseitem;
DROP FUNCTION review_refuse_late_item();
"""
)


def add(model: str, name: str, field: "models.Field[Any, Any]") -> migrations.AddField:
    return migrations.AddField(model, name, field, preserve_default=False)


class Migration(migrations.Migration):
    dependencies = [
        ("review", "0003_decided_prompt"),
    ]

    operations = [
        migrations.RunSQL(PAUSE, RESUME),
        add(
            "release",
            "version",
            models.CharField(default="", max_length=20, verbose_name="version"),
        ),
        migrations.AddField("release", "composition", models.JSONField(default=dict)),
        migrations.AddField(
            "release", "seed", models.CharField(blank=True, default="", max_length=64)
        ),
        add("release", "dated", models.DateField(default="2026-01-01")),
        add("release", "rows", models.PositiveIntegerField(default=0)),
        add("release", "root", models.CharField(default="", max_length=64)),
        migrations.AddField(
            "release",
            "previous",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="successors",
                to="review.release",
            ),
        ),
        migrations.AddField(
            "releaseitem",
            "kind",
            models.CharField(
                choices=[("sft", "to learn from"), ("rejected", "rejected")],
                default="sft",
                max_length=8,
            ),
        ),
        migrations.AddField(
            "releaseitem", "split", models.CharField(default="train", max_length=10)
        ),
        migrations.AddField("releaseitem", "copy", models.PositiveSmallIntegerField(default=0)),
        add("releaseitem", "digest", models.BinaryField(default=b"")),
        migrations.AlterField("releaseitem", "record", models.TextField()),
        migrations.AlterField("releaseitem", "extra", models.TextField()),
        add("releaseitem", "prompt_chars", models.PositiveIntegerField(default=0)),
        add("releaseitem", "answer_chars", models.PositiveIntegerField(default=0)),
        migrations.AddField("releaseitem", "tokens", models.PositiveIntegerField(null=True)),
        migrations.AddField("releaseitem", "score", models.FloatField(null=True)),
        migrations.AddField("releaseitem", "agreement", models.FloatField(null=True)),
        migrations.AddField("releaseitem", "task_major", models.TextField(blank=True, default="")),
        migrations.AlterField(
            "releaseitem",
            "response",
            models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="annotation.response",
            ),
        ),
        migrations.RenameField("releasefile", "exporter", "format"),
        migrations.AddField(
            "releasefile", "config", models.CharField(blank=True, default="", max_length=80)
        ),
        migrations.AddField(
            "releasefile", "split", models.CharField(blank=True, default="", max_length=10)
        ),
        migrations.AlterField("releasefile", "filename", models.CharField(max_length=255)),
        migrations.RunSQL(CARRY_OVER, migrations.RunSQL.noop),
        # What the changes above left to be checked at the end is checked now: triggers wait for that.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.RemoveConstraint("releaseitem", "item_pair_once"),
        migrations.AddConstraint(
            "releaseitem",
            models.UniqueConstraint(fields=("release", "pair", "copy"), name="item_pair_once"),
        ),
        migrations.AddConstraint(
            "release",
            models.UniqueConstraint(fields=("project", "version"), name="release_version_once"),
        ),
        migrations.RunSQL(RESUME, PAUSE),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
