from django.apps import AppConfig


class WorkOrderPagesConfig(AppConfig):
    name = "tongban.portal.workorders"
    label = "workorder_pages"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tongban.foundation.ui.slots import MenuEntry, register_menu

        register_menu(MenuEntry("工单", "/desk/work-orders/", area="desk", prefixes=("/desk/work-orders/",), order=17))
        register_menu(MenuEntry("我的工单", "/my/work-orders/", area="my", prefixes=("/my/work-orders/",), order=50))
