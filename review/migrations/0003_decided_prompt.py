from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("review", "0002_immutable_releases")]

    operations = [
        migrations.AddField(
            model_name="review", name="instruction", field=models.TextField(null=True)
        ),
        migrations.AddField(model_name="review", name="input", field=models.TextField(null=True)),
    ]
