from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "tongban.portal.audit"
    label = "audit"

    def ready(self) -> None:
        from tongban.foundation.ui.slots import MenuEntry, register_menu

        register_menu(
            MenuEntry("审计", "/audit/", area="desk", prefixes=("/audit/",), order=60, posts=("audit-admin",))
        )
