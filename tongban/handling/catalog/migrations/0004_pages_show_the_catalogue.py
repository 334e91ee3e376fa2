from django.db import migrations

TABLES = ("catalog_item_version", "catalog_bundle_version", "catalog_current_item", "catalog_current_bundle")


class Migration(migrations.Migration):
    dependencies = [("catalog", "0003_sealed_queries"), ("ui", "0001_initial")]
    operations = [
        migrations.RunSQL(
            f"CREATE TRIGGER page_shows AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION page_shows('catalogue')",
            f"DROP TRIGGER page_shows ON {table}",
        )
        for table in TABLES
    ]
