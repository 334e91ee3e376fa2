from django.db.models.signals import post_migrate

from tongban.foundation import rooms


class Room(rooms.Room):
    name = "tongban.trust.crypto"
    label = "crypto"
    doors = ("der", "fields", "indexed", "masking", "primitives", "streams", "making", "migrating", "signed")

    def connect(self) -> None:
        from tongban.foundation.ui import filters
        from tongban.trust.crypto import checks, masking, masters, primitives, signed

        primitives.self_test()
        masters.masters()
        post_migrate.connect(_provide_keys, sender=self, dispatch_uid="crypto.keys")
        filters.masking.offer(masking.mask)
        signed.declare("crypto.Certificate")
        checks.register()


def _provide_keys(using: str = "default", **_: object) -> None:
    """Check and create keys after each migration (and after a test emptied the tables), before a request needs one."""
    from django.db import connections

    from tongban.trust.crypto import indexring, keyring, making
    from tongban.trust.crypto.services import index_keys, key_checks, signing

    with connections[using].cursor() as cursor:
        cursor.execute("SELECT to_regclass('crypto_data_key')")
        if cursor.fetchone() == (None,):
            return
    key_checks.check()  # refuse a wrong key before anything is written under it
    making.provide()
    keyring.forget()
    key_checks.check()  # again: values sealed before the hierarchy can be opened only now
    index_keys.adopt_first()
    key_checks.write_missing()
    signing.adopt_private_keys()
    keyring.key_of_purpose("general")
    indexring.active()
