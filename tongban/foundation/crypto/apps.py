from django.apps import AppConfig


class CryptoConfig(AppConfig):
    name = "tongban.foundation.crypto"
    label = "crypto"

    def ready(self) -> None:
        from tongban.foundation.crypto import primitives

        primitives.self_test()
