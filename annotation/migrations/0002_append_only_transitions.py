from django.db import migrations

# One function for every table whose rows nobody may change; review's tables use it too.
CREATE = """
CREATE FUNCTION cqia_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% rows of % are never changed', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON annotation_transition
    FOR EACH ROW EXECUTE FUNCTION cqia_refuse_change();
"""
DROP = """
DROP TRIGGER append_only ON annotation_transition;
DROP FUNCTION cqia_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("annotation", "0001_initial")]

    operations = [migrations.RunSQL(CREATE, DROP)]
