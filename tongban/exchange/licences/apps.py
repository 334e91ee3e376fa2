from django.apps import AppConfig


class LicencesConfig(AppConfig):
    name = "tongban.exchange.licences"
    label = "licences"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tongban.exchange.licences import finding
        from tongban.foundation.ui.slots import MenuEntry, register_menu
        from tongban.trust.crypto import indexed

        register_menu(MenuEntry("证照卡包", "/wallet/", area="my", prefixes=("/wallet/",), order=20))
        indexed.declare("licences.Licence", "holder_number_index", text="holder_number", purpose=finding.HOLDER)
        indexed.declare("licences.Licence", "number_index", text="number", purpose=finding.NUMBER)
        indexed.declare("licences.Licence", "identifier_index", text="identifier", purpose=finding.IDENTIFIER)
        indexed.declare("licences.Licence", "verify_code_index", text="verify_code", purpose=finding.CODE)
        indexed.declare("licences.RenderedDocument", "digest_index", text="digest", purpose=finding.DOCUMENT)
