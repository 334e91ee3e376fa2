from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "tongban.people.api"
    label = "api"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from datetime import timedelta

        from tongban.people.api import subscribers  # noqa: F401
        from tongban.trust.crypto import indexed

        indexed.declare_passing("api.IdempotencyKey", "request_digest", life=timedelta(days=2))
        indexed.declare_passing("api.AskedFor", "whose", life=timedelta(minutes=2))
