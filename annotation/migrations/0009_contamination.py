from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("annotation", "0008_near_duplicates"),
    ]

    operations = []
