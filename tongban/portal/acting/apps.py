from django.apps import AppConfig


class ActingConfig(AppConfig):
    name = "tongban.portal.acting"
    label = "acting"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tongban.foundation.ui.slots import MenuEntry, register_menu

        register_menu(MenuEntry("授权管理", "/mandates/", area="my", prefixes=("/mandates/",), order=30))
