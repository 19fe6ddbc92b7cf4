import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("annotation", "0003_skips_and_done_claims")]

    operations = [
        # Findings are measurements: the next run of the pre-filter takes them again.
        migrations.RunSQL("TRUNCATE annotation_finding", migrations.RunSQL.noop),
        migrations.AddField(
            "finding",
            "project",
            models.ForeignKey(
                db_index=False,
                default=0,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="annotation.project",
            ),
            preserve_default=False,
        ),
        migrations.AddIndex(
            "finding",
            models.Index(
                fields=["project", "check_id", "score"], include=["pair"], name="finding_by_score"
            ),
        ),
    ]
