from django.apps import AppConfig


class WorkOrdersConfig(AppConfig):
    name = "tongban.people.workorders"
    label = "workorders"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tongban.people.workorders.kinds import NOT_DONE, register_kind

        register_kind(NOT_DONE)
