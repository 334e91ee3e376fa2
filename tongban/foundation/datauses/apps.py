from django.apps import AppConfig


class DataUsesConfig(AppConfig):
    name = "tongban.foundation.datauses"
    label = "datauses"

    def ready(self) -> None:
        from tongban.foundation.datauses.services import record_told
        from tongban.foundation.identity.uses import register_recorder

        register_recorder(record_told)
