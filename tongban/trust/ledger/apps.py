from django.apps import AppConfig
from django.db.models.signals import post_migrate


class LedgerConfig(AppConfig):
    name = "tongban.trust.ledger"
    label = "ledger"

    def ready(self) -> None:
        from tongban.trust.crypto import indexed
        from tongban.trust.ledger import checks, rows
        from tongban.trust.ledger.grants import grant_to_application

        # The signal is sent for each app after all have migrated: once is enough.
        post_migrate.connect(grant_to_application, sender=self, dispatch_uid="ledger.grants")
        indexed.declare_proof("ledger", rows.newest_leaf_holds)
        checks.register()
