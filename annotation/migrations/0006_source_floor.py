from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("annotation", "0005_endpoint_address"),
    ]

    operations = [
        migrations.AddField(
            model_name="source",
            name="answer_floor",
            field=models.PositiveIntegerField(
                blank=True,
                help_text="Empty: what the recipe asks for the kind of task. 0: none.",
                null=True,
                verbose_name="least characters of an answer",
            ),
        ),
        migrations.AddField(
            model_name="source",
            name="floor_changes",
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
    ]
