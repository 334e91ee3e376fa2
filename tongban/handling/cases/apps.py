from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "tongban.handling.cases"
    label = "cases"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tongban.foundation.identity.unmasking import register_privilege
        from tongban.handling.cases.queries import has_at_hand

        register_privilege(has_at_hand)
