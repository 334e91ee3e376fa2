from django.apps import AppConfig


class KeysConfig(AppConfig):
    name = "tongban.trust.keys"
    label = "keys"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tongban.foundation.ui.slots import MenuEntry, register_menu

        register_menu(MenuEntry("密钥与证书", "/keys/", "desk", ("/keys/",), order=60, posts=("security-admin",)))
