from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "tongban.handling.cases"
    label = "cases"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tongban.handling.cases.queries import has_at_hand
        from tongban.people.identity.unmasking import register_privilege

        register_privilege(has_at_hand)
