from django.db import migrations

TABLES = ("review_release", "review_releaseitem", "review_releasefile", "review_review")
CREATE = "".join(
    f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}"
    " FOR EACH ROW EXECUTE FUNCTION cqia_refuse_change();"
    for table in TABLES
)
DROP = "".join(f"DROP TRIGGER append_only ON {table};" for table in TABLES)


class Migration(migrations.Migration):
    dependencies = [
        ("annotation", "0002_append_only_transitions"),
        ("review", "0001_initial"),
    ]

    operations = [migrations.RunSQL(CREATE, DROP)]
