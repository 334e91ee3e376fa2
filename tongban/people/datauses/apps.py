from django.apps import AppConfig


class DataUsesConfig(AppConfig):
    name = "tongban.people.datauses"
    label = "datauses"

    def ready(self) -> None:
        from tongban.people.datauses.services import record_told
        from tongban.people.identity.uses import register_recorder

        register_recorder(record_told)
