from django.db import migrations

from tongban.trust.crypto.migrating import sealing
from tongban.trust.crypto.services import blind_index


def _of(purpose):
    return lambda value: blind_index(value, purpose=purpose)


class Migration(migrations.Migration):
    """Seal them and index them, batch by batch; a run that was stopped goes on where it stood."""

    atomic = False
    dependencies = [("licences", "0002_room_for_sealed_codes"), ("crypto", "0003_index_keys_and_check_values")]
    operations = [
        sealing("licences", "Licence", "identifier", "serial", "verify_code",
            indexes={"identifier_index": ("identifier", _of("licence-identifier")), "verify_code_index": ("verify_code", _of("licence-code"))},
        ),
        sealing("licences", "RenderedDocument", "digest", indexes={"digest_index": ("digest", _of("licence-document"))}),
    ]
