import django.db.models.deletion
from django.db import migrations, models

CREATE = (
    "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON review_statistics"
    " FOR EACH ROW EXECUTE FUNCTION cqia_refuse_change();"
)
DROP = "DROP TRIGGER append_only ON review_statistics;"


class Migration(migrations.Migration):
    dependencies = [
        ("review", "0007_files"),
    ]

    operations = [
        migrations.CreateModel(
            name="Statistics",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=20)),
                ("data", models.JSONField()),
                (
                    "release",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="statistics",
                        to="review.release",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("release", "name"), name="statistics_once")
                ],
            },
        ),
        migrations.RunSQL(CREATE, DROP),
    ]
