from django.db.models.signals import post_migrate

from tongban.foundation import rooms
from tongban.foundation.ui.audience import EVERYBODY
from tongban.foundation.ui.shell import FooterLink


class Room(rooms.Room):
    name = "tongban.trust.ledger"
    label = "ledger"
    doors = ("append_only", "keys", "folds")
    footer = (FooterLink("存证账本", "ledger:about", "办事", order=50),)
    audiences = {
        "ledger:about": EVERYBODY,
        "ledger:certificate": EVERYBODY,
        "ledger:head": EVERYBODY,
        "ledger:key": EVERYBODY,
        "ledger:witnesses": EVERYBODY,
        "ledger:epochs": EVERYBODY,
        "ledger:entries": EVERYBODY,
        "ledger:inclusion": EVERYBODY,
        "ledger:consistency": EVERYBODY,
        "ledger:cosignatures": EVERYBODY,
    }

    def connect(self) -> None:
        from tongban.foundation.announcements.ports import recorder
        from tongban.foundation.operations.companions import companions
        from tongban.trust.crypto import indexed
        from tongban.trust.ledger import checks, rows, services
        from tongban.trust.ledger import recorder as ours
        from tongban.trust.ledger.grants import grant_to_application

        # The signal is sent once per app, after all have migrated; one sender is enough.
        post_migrate.connect(grant_to_application, sender=self, dispatch_uid="ledger.grants")
        indexed.proofs.add("ledger", rows.newest_leaf_holds)
        checks.register()
        recorder.offer(ours.Ledger())
        companions.add("ledger", services.run_sequencer)
