from django.apps import AppConfig


class CryptoConfig(AppConfig):
    name = "tongban.foundation.crypto"
    label = "crypto"

    def ready(self) -> None:
        from tongban.foundation.crypto import masking, primitives
        from tongban.foundation.ui import filters

        primitives.self_test()
        filters.register_mask(masking.mask)
