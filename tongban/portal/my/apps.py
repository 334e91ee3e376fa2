from django.apps import AppConfig


class MyConfig(AppConfig):
    name = "tongban.portal.my"
    label = "my"

    def ready(self) -> None:
        from tongban.foundation.ui.slots import MenuEntry, register_menu
        from tongban.people.workorders.kinds import register_kind
        from tongban.portal.my.objections import DATA_USE_OBJECTION

        register_kind(DATA_USE_OBJECTION)
        register_menu(MenuEntry("我的办件", "/my/", area="my", order=10))
        register_menu(MenuEntry("谁用过我的数据", "/my/data-uses/", area="my", prefixes=("/my/data-uses/",), order=40))
