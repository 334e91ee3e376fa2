from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "tongban.portal.staff"
    label = "staff"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tongban.foundation.ui.slots import MenuEntry, register_menu
        from tongban.people.identity.policies import ADMINISTRATORS

        staff = ("head", "system-admin")
        register_menu(MenuEntry("人员管理", "/desk/staff/", prefixes=("/desk/staff/",), order=60, posts=staff))
        register_menu(MenuEntry("授权规则", "/desk/policies/", order=61, posts=ADMINISTRATORS))
