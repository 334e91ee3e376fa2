from django.apps import AppConfig


class WindowConfig(AppConfig):
    name = "tongban.portal.window"
    label = "window"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tongban.foundation.ui.slots import MenuEntry, register_menu

        register_menu(
            MenuEntry(
                "现场办理", "/desk/window/", area="desk", prefixes=("/desk/window/",), order=15, posts=("window",)
            )
        )
