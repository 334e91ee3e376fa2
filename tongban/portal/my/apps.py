from django.apps import AppConfig


class MyConfig(AppConfig):
    name = "tongban.portal.my"
    label = "my"

    def ready(self) -> None:
        from tongban.foundation.workorders.kinds import register_kind
        from tongban.portal.my.objections import DATA_USE_OBJECTION

        register_kind(DATA_USE_OBJECTION)
