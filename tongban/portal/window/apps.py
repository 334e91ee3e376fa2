from django.apps import AppConfig


class WindowConfig(AppConfig):
    name = "tongban.portal.window"
    label = "window"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tongban.foundation.ui.slots import MenuEntry, register_menu
        from tongban.people.workorders.kinds import register_kind
        from tongban.portal.window import subscribers  # noqa: F401
        from tongban.portal.window.alarms import IDENTITY_ALARM

        register_kind(IDENTITY_ALARM)
        register_menu(
            MenuEntry(
                "身份复核",
                "/desk/window/confirmations/",
                area="desk",
                prefixes=("/desk/window/confirmations/",),
                order=16,
                posts=("window", "head"),
            )
        )
        register_menu(
            MenuEntry(
                "现场办理", "/desk/window/", area="desk", prefixes=("/desk/window/",), order=15, posts=("window",)
            )
        )
