import base64
import re

from django.db import migrations

from tongban.trust.crypto import services as crypto

KEPT = re.compile(r"[0-9a-f]{40}")


def kept_key(key):
    return crypto.digest(f"session|{key}".encode()).hex()[:40]


def digest_of(text):
    return crypto.digest(text.encode()).hex()


def keep_digests(apps, editor):
    """Of the keys of living sessions, and of what names them: nobody is signed out."""
    tables = {name: apps.get_model(*name.split(".")) for name in ("sessions.Session", "usersessions.UserSession", "sso.Connection")}
    sessions, of_accounts, connections = tables.values()
    for session in list(sessions.objects.all()):
        key = session.session_key
        if KEPT.fullmatch(key):
            continue
        kept = kept_key(key)
        try:
            plain = crypto.decrypt(base64.b64decode(session.session_data), bound_to=f"session|{key}".encode())
        except ValueError:
            continue  # it opened for nobody, and is cleared away when its time is over
        sealed = base64.b64encode(crypto.encrypt(plain, bound_to=f"session|{kept}".encode())).decode()
        sessions.objects.filter(pk=key).delete()
        sessions.objects.create(session_key=kept, session_data=sealed, expire_date=session.expire_date)
        of_accounts.objects.filter(session_key=key).update(session_key=kept)
        connections.objects.filter(portal_session=digest_of(key)).update(portal_session=digest_of(kept))


class Migration(migrations.Migration):
    """The tables of sessions hold digests of the keys. There is no way back from those: who is signed in signs in again."""

    dependencies = [
        ("sso", "0002_tokens_of_a_connection"),
        ("sessions", "0001_initial"),
        ("usersessions", "0001_initial"),
        ("crypto", "0002_key_hierarchy"),
    ]
    operations = [migrations.RunPython(keep_digests, migrations.RunPython.noop)]
