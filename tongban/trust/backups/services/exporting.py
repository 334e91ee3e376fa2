"""Exports the package of keys for the escrow, which must not be stored with the backups."""

import json
from pathlib import Path

from tongban.foundation.announcements.ports import EventActor
from tongban.foundation.announcements.services import announce
from tongban.foundation.ids import new_id
from tongban.trust.backups import escrow, events, secrets
from tongban.trust.backups.errors import BackupRefused
from tongban.trust.crypto import services as crypto
from tongban.trust.ledger import queries as ledger

SIGNER = "backup"
"""The id of the key that signs manifests."""


def export_keys(target: Path, *, escrow_key: bytes, apart_from: Path | None, actor: EventActor) -> None:
    """Write every secret of the platform into a new file, sealed for the escrow.

    The package includes the public keys of manifests and tree heads, so that whoever opens it knows which backups to
    trust. Raises BackupRefused when the file exists, cannot be written, or is in the folder `apart_from`.
    """
    target = target.resolve()
    if apart_from is not None and target.is_relative_to(apart_from.resolve()):
        raise BackupRefused("密钥包不能放在备份的目录里：偷走备份的人会同时拿到密钥。请换一个地方，最好换一台机器。")
    package = secrets.gather(secrets.of_this_process())
    package["signers"] = {SIGNER: crypto.public_key(SIGNER).hex(), "ledger": ledger.ledger_key_pem()}
    sealed = escrow.seal(escrow_key, json.dumps(package, ensure_ascii=False).encode())
    try:
        escrow.write_private(target, sealed)
    except FileExistsError:
        raise BackupRefused(f"{target} 已经存在，不会覆盖。请换一个文件名。") from None
    except OSError as wrong:
        raise BackupRefused(f"密钥包写不进 {target}：{wrong.strerror}。") from None
    announce(events.KeysExported(subject=new_id(), escrow=crypto.digest(escrow_key).hex()), actor=actor)
