from django.apps import AppConfig

POSTS = ("handler", "head", "system-admin", "security-admin")


class SsoConfig(AppConfig):
    name = "tongban.people.sso"
    label = "sso"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tongban.foundation.ui.slots import MenuEntry, register, register_menu
        from tongban.people.api.access import register_kind
        from tongban.people.signin.ports import follow_sessions
        from tongban.people.sso import (
            services,
            subscribers,  # noqa: F401
        )
        from tongban.people.sso.bearers import bearer_of
        from tongban.people.sso.views.coming import ways
        from tongban.trust.crypto import indexed

        register_kind(bearer_of)
        indexed.declare_pinned("sso.NetworkId", "index", why="the 网号 itself is not kept, and too long to be guessed")
        follow_sessions(services.move_session)
        register("sign-in", ways)
        register("level-ways", ways)
        register_menu(MenuEntry("登录过的系统", "/my/systems/", area="my", prefixes=("/my/systems/",), order=70))
        register_menu(
            MenuEntry("接入系统", "/desk/systems/", area="desk", prefixes=("/desk/systems/",), order=65, posts=POSTS)
        )
