from django.conf import settings
from django.db import migrations, models

# By default PostgreSQL looks at a table anew when a tenth of it has changed. Of a long queue that is
# late: it would go on planning as if nobody held a slot, and read all that a person ever decided.
_OFTEN = """
ALTER TABLE annotation_claim SET (
    autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 1000,
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000
)
"""
_AS_USUAL = """
ALTER TABLE annotation_claim RESET (
    autovacuum_analyze_scale_factor, autovacuum_analyze_threshold,
    autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold
)
"""


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("annotation", "0018_source_terms"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="claim", name="claim_person_once"),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.UniqueConstraint(
                condition=models.Q(("holder__isnull", False)),
                fields=("holder", "pair"),
                name="claim_person_once",
            ),
        ),
        migrations.RunSQL(_OFTEN, _AS_USUAL),
    ]
