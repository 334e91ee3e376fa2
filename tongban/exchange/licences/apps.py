from django.apps import AppConfig


class LicencesConfig(AppConfig):
    name = "tongban.exchange.licences"
    label = "licences"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tongban.foundation.ui.slots import MenuEntry, register_menu

        register_menu(MenuEntry("证照卡包", "/wallet/", area="my", prefixes=("/wallet/",), order=20))
