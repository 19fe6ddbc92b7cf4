import django.db.models.deletion
from django.db import migrations, models

CREATE = (
    "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON evaluation_judgescore"
    " FOR EACH ROW EXECUTE FUNCTION cqia_refuse_change();"
)
DROP = "DROP TRIGGER append_only ON evaluation_judgescore;"


class Migration(migrations.Migration):
    dependencies = [
        ("annotation", "0018_source_terms"),
        ("evaluation", "0007_boards"),
    ]

    operations = [
        migrations.CreateModel(
            name="JudgeFailure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("place", models.CharField(max_length=40)),
                ("code", models.CharField(max_length=40)),
                ("code_params", models.JSONField(default=dict)),
                ("tries", models.PositiveIntegerField(default=1)),
                ("at", models.DateTimeField(auto_now=True)),
            ],
        ),
        migrations.CreateModel(
            name="JudgeScore",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("score", models.PositiveSmallIntegerField()),
                ("reason", models.TextField(blank=True, default="")),
                ("model", models.CharField(blank=True, default="", max_length=200)),
                ("at", models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.AddField(
            model_name="judgerun",
            name="method",
            field=models.CharField(
                choices=[
                    ("pair", "Which of two answers is better, asked in both orders"),
                    ("score", "Points for each answer alone"),
                ],
                default="pair",
                max_length=5,
            ),
        ),
        migrations.AddConstraint(
            model_name="judgerun",
            constraint=models.CheckConstraint(
                condition=models.Q(("method__in", ["pair", "score"])), name="judge_method_known"
            ),
        ),
        migrations.AddField(
            model_name="judgefailure",
            name="prompt",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="evaluation.prompt",
            ),
        ),
        migrations.AddField(
            model_name="judgefailure",
            name="run",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="failures",
                to="evaluation.judgerun",
            ),
        ),
        migrations.AddField(
            model_name="judgescore",
            name="answer",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="evaluation.answer",
            ),
        ),
        migrations.AddField(
            model_name="judgescore",
            name="run",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="scores",
                to="evaluation.judgerun",
            ),
        ),
        migrations.AddConstraint(
            model_name="judgefailure",
            constraint=models.UniqueConstraint(fields=("run", "place"), name="judge_failure_once"),
        ),
        migrations.AddConstraint(
            model_name="judgescore",
            constraint=models.UniqueConstraint(fields=("run", "answer"), name="score_once"),
        ),
        migrations.AddConstraint(
            model_name="judgescore",
            constraint=models.CheckConstraint(
                condition=models.Q(("score__lte", 10)), name="score_within_ten"
            ),
        ),
        migrations.RunSQL(CREATE, DROP),
    ]
