from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "tongban.handling.catalog"
    label = "catalog"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tongban.trust.crypto import indexed

        indexed.declare("catalog.SearchQuery", "text_index", text="text", purpose="search-query")
