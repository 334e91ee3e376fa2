from django.apps import AppConfig

OFFICERS = ("window", "handler", "head", "supervisor")
"""The posts that have to do with cases; the three administrators have not."""


class DeskConfig(AppConfig):
    name = "tongban.portal.desk"
    label = "desk"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tongban.foundation.ui.slots import MenuEntry, register_menu

        register_menu(
            MenuEntry("我的待办", "/desk/", area="desk", prefixes=("/desk/cases/",), order=10, posts=OFFICERS)
        )
        register_menu(MenuEntry("我办过的", "/desk/done/", area="desk", order=20, posts=OFFICERS))
