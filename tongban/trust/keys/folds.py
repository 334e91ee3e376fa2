"""The entries that account for keys and certificates. A task records keys that the platform created automatically."""

from tongban.trust.keys import events
from tongban.trust.ledger.folds import Fold

OF_KEYS = (events.KeyMade, events.KeyRotated, events.KeyRetired, events.KeyDestroyed)
STATES = ("state", "made_at", "made_by", "retired_at", "retired_by", "destroyed_at", "destroyed_by")
FOLDS = (
    Fold(
        table="crypto_data_key",
        called="data key",
        events=OF_KEYS,
        columns=("number", "purpose", *STATES),
        settles="made_at",
        implies=False,
    ),
    Fold(
        table="crypto_department_key",
        called="department key",
        events=OF_KEYS,
        columns=("owner", "purpose", "version", "algorithm", *STATES),
        digested=("public",),
        settles="made_at",
        implies=False,
    ),
    Fold(
        table="crypto_identity_root",
        called="root key",
        events=OF_KEYS,
        columns=STATES,
        digested=("public",),
        settles="made_at",
        implies=False,
    ),
    Fold(
        table="crypto_index_key",
        called="index key",
        events=OF_KEYS,
        columns=("number", *STATES),
        settles="made_at",
        implies=False,
    ),
    Fold(
        table="crypto_signing_key",
        called="signing key",
        events=(events.SigningKeyMade,),
        link="md5(t.key_id)::uuid",
        key="key_id",
        columns=("key_id", "created_at"),
        digested=("public",),
        settles="created_at",
        late=True,
        writable=("private",),
    ),
    Fold(
        table="crypto_certificate",
        called="certificate",
        events=(events.CertificateIssued, events.CertificateRevoked),
        columns=(
            "kind", "key_id", "issuer_id", "serial", "not_before", "not_after", "issued_at", "revoked_at", "revocation",
        ),
        digested=("der",),
        writable=("revoked_at", "revocation"),
    ),
)  # fmt: skip
