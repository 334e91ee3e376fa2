from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("organisation", "0004_former_names"), ("ui", "0001_initial")]
    operations = [
        migrations.RunSQL(
            "CREATE TRIGGER page_shows AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON organisation_department"
            " FOR EACH STATEMENT EXECUTE FUNCTION page_shows('departments')",
            "DROP TRIGGER page_shows ON organisation_department",
        )
    ]
