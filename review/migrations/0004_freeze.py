from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("review", "0003_decided_prompt"),
    ]

    operations = []
