from django.apps import AppConfig


class LicencesConfig(AppConfig):
    name = "tongban.exchange.licences"
    label = "licences"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tongban.foundation.crypto import indexed
        from tongban.foundation.ui.slots import MenuEntry, register_menu

        register_menu(MenuEntry("证照卡包", "/wallet/", area="my", prefixes=("/wallet/",), order=20))
        indexed.declare("licences.Licence", "holder_number_index", text="holder_number", purpose="number")
        indexed.declare("licences.Licence", "number_index", text="number", purpose="licence-number")
