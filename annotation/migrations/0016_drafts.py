from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("annotation", "0015_decisions")]

    operations = [
        migrations.AddField("draft", "revision", models.BigIntegerField(default=0)),
        migrations.AddField("draft", "rivals", models.JSONField(default=dict)),
        migrations.AddField(
            "draft", "seat", models.CharField(blank=True, default="", max_length=32)
        ),
    ]
