from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_initial")]

    operations = [
        migrations.AddField("user", "keys", models.JSONField(blank=True, default=dict)),
    ]
