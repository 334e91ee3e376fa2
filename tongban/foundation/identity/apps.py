from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "tongban.foundation.identity"
    label = "identity"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.utils.module_loading import autodiscover_modules

        from tongban.foundation.crypto import indexed
        from tongban.foundation.identity.rules import NUMBER_PURPOSE, PHONE_PURPOSE
        from tongban.foundation.identity.viewer import viewer_of
        from tongban.foundation.ui.slots import register_viewer

        register_viewer(viewer_of)
        autodiscover_modules("policies")
        indexed.declare("identity.Subject", "number_index", text="number", purpose=NUMBER_PURPOSE)
        indexed.declare("identity.Account", "phone_index", text="phone", purpose=PHONE_PURPOSE)
