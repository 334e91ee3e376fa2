from django.apps import AppConfig
from django.db.models.signals import post_migrate


class LedgerConfig(AppConfig):
    name = "tongban.foundation.ledger"
    label = "ledger"

    def ready(self) -> None:
        from tongban.foundation.ledger.grants import grant_to_application

        post_migrate.connect(grant_to_application, dispatch_uid="ledger.grants")
