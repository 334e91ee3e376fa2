from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "tongban.people.identity"
    label = "identity"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.utils.module_loading import autodiscover_modules

        from tongban.foundation.ui.slots import register_viewer
        from tongban.people.identity.rules import NUMBER_PURPOSE, PHONE_PURPOSE
        from tongban.people.identity.viewer import viewer_of
        from tongban.trust.crypto import indexed

        register_viewer(viewer_of)
        autodiscover_modules("policies")
        indexed.declare("identity.Subject", "number_index", text="number", purpose=NUMBER_PURPOSE)
        indexed.declare("identity.Account", "phone_index", text="phone", purpose=PHONE_PURPOSE)
