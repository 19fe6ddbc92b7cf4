import django.core.validators
from django.db import migrations, models

# What the names of licences plainly say; the others stay unknown until a lead says more.
GUESS = """
UPDATE annotation_source SET licence_kind = known.kind
  FROM (VALUES ('cc0', 'CC0-1.0'), ('cc0-1.0', 'CC0-1.0'), ('cc-by-4.0', 'CC-BY-4.0'),
               ('cc-by-sa-4.0', 'CC-BY-SA-4.0'), ('cc-by-sa-3.0', 'CC-BY-SA-3.0'),
               ('cc-by-nc-4.0', 'CC-BY-NC-4.0'), ('cc-by-nc-sa-4.0', 'CC-BY-NC-SA-4.0'),
               ('mit', 'MIT'), ('apache-2.0', 'Apache-2.0'), ('research-only', 'research-only')
       ) AS known (name, kind)
 WHERE regexp_replace(lower(trim(licence)), '[[:space:]_]+', '-', 'g') = known.name
"""
CONSENTS = [
    ("given", "given"),
    ("not_needed", "not needed"),
    ("unknown", "unknown"),
    ("refused", "refused"),
]
OUTPUTS = [
    ("none", "no answer is a model's"),
    ("free", "for anything"),
    ("no_rivals", "for anything but models that compete"),
    ("research", "for research only"),
    ("unknown", "unknown"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("annotation", "0017_around"),
    ]

    operations = [
        migrations.AddField(
            "source",
            "licence_kind",
            models.CharField(
                default="unknown",
                max_length=40,
                validators=[
                    django.core.validators.RegexValidator("\\A[A-Za-z0-9][A-Za-z0-9.+-]*\\Z")
                ],
                verbose_name="kind of licence",
            ),
        ),
        migrations.AddField(
            "source",
            "consent",
            models.CharField(
                choices=CONSENTS, default="unknown", max_length=10, verbose_name="consent"
            ),
        ),
        migrations.AddField(
            "source",
            "output_terms",
            models.CharField(
                choices=OUTPUTS,
                default="unknown",
                max_length=10,
                verbose_name="use of model answers",
            ),
        ),
        migrations.AddField(
            "source",
            "terms_url",
            models.CharField(
                blank=True,
                default="",
                max_length=500,
                validators=[django.core.validators.URLValidator(["http", "https"])],
                verbose_name="where this is written",
            ),
        ),
        migrations.RunSQL(GUESS, migrations.RunSQL.noop),
        migrations.AddConstraint(
            "source",
            models.CheckConstraint(
                condition=models.Q(("consent__in", ["given", "not_needed", "unknown", "refused"]))
                & models.Q(
                    ("output_terms__in", ["none", "free", "no_rivals", "research", "unknown"])
                ),
                name="source_terms_known",
            ),
        ),
    ]
