from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("evaluation", "0004_campaigns")]

    operations = []
