"""The escrow (托管密钥): the SM2 key pair that opens backups. No Django.

The private key is kept outside the platform and protected by a passphrase. The platform knows only the public key, so
it can seal for the escrow but not open.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from tongban.trust.backups.errors import BackupRefused, RestoreRefused
from tongban.trust.crypto import primitives, streams
from tongban.trust.crypto.primitives import Tampered
from tongban.trust.ledger import keys
from tongban.trust.ledger.keys import KeyPair

MAGIC = b"TBK1"
FORMAT = "tongban-escrow-key/1"
SCRYPT = {"n": 2**16, "r": 8, "p": 1}
"""Cost of scrypt (RFC 7914): 64 MB and about 0.2 s for each guess of a passphrase."""
MIN_PASSPHRASE_LENGTH = 12
"""Minimum length of a passphrase in characters."""


def make(path: Path, passphrase: str) -> Path:
    """Create a key pair: the private key, sealed, in `path`, and the public key in PEM beside it.

    Returns the path of the public key. Raises BackupRefused for a short passphrase or an existing file.
    """
    if len(passphrase) < MIN_PASSPHRASE_LENGTH:
        raise BackupRefused(f"口令太短，请至少用 {MIN_PASSPHRASE_LENGTH} 个字符。")
    public_path = path.with_name(path.name + ".pub")
    private, public = primitives.provider().generate()
    salt = os.urandom(16)
    iv, ciphertext, tag = primitives.sm4_gcm_encrypt(_key_of(passphrase, salt, SCRYPT), private, public)
    sealed = (iv + ciphertext + tag).hex()
    content = {"form": FORMAT, "public": public.hex(), "salt": salt.hex(), "scrypt": SCRYPT, "sealed": sealed}
    try:
        write_private(path, json.dumps(content, indent=1).encode())
        public_path.write_text(keys.public_pem(public))
    except FileExistsError:
        raise BackupRefused(f"{path} 已经存在，不会覆盖。请换一个文件名。") from None
    return public_path


def public_of(path: Path) -> bytes:
    """Read the public key from a PEM file. Raises BackupRefused."""
    try:
        return keys.read_public(path.read_text())
    except (OSError, UnicodeDecodeError, keys.NotAKey) as wrong:
        raise BackupRefused(f"读不到托管公钥 {path}：{wrong}。用 manage.py backup escrow-key 生成一对。") from None


def open_private(path: Path, passphrase: str) -> KeyPair:
    """Open the key pair in a file. Raises RestoreRefused when the file is malformed or the passphrase is wrong."""
    try:
        kept = json.loads(path.read_text())
        public, salt, sealed = (bytes.fromhex(kept[name]) for name in ("public", "salt", "sealed"))
        costs = {name: int(kept["scrypt"][name]) for name in SCRYPT}
        if kept["form"] != FORMAT or costs["n"] > 2**20 or costs["r"] > 16 or costs["p"] > 4:
            raise ValueError("another form")
    except (OSError, ValueError, KeyError, TypeError) as wrong:
        raise RestoreRefused(f"{path} 不是托管私钥文件：{wrong}。") from None
    try:
        key = _key_of(passphrase, salt, costs)
        return KeyPair(primitives.sm4_gcm_decrypt(key, sealed[:12], sealed[12:-16], sealed[-16:], public), public)
    except Tampered:
        raise RestoreRefused("口令不对，托管私钥打不开。请核对口令和私钥文件。") from None


def wrap(public: bytes, key: bytes) -> bytes:
    """Encrypt a key that only the escrow can open."""
    return primitives.provider().encrypt(public, key)


def unwrap(pair: KeyPair, wrapped: bytes) -> bytes:
    """Open an encrypted key. Raises RestoreRefused when it was encrypted for another escrow, or changed."""
    with suppress(Tampered, ValueError):
        key = primitives.provider().decrypt(pair.private, pair.public, wrapped)
        if len(key) == streams.KEY:
            return key
    raise RestoreRefused("托管私钥打不开这份备份：它是为另一把托管公钥加密的，或内容被改动过。")


def seal(public: bytes, content: bytes) -> bytes:
    """Seal a short content that only the escrow can open.

    The format is `magic | length of the wrapped key (2) | wrapped key | prefix | chunks`.
    """
    key, prefix = os.urandom(streams.KEY), os.urandom(streams.PREFIX)
    wrapped = wrap(public, key)
    out = bytearray(MAGIC + len(wrapped).to_bytes(2, "big") + wrapped + prefix)
    sealer = streams.Sealer(key, prefix, out.extend, bound_to=MAGIC)
    sealer.write(content)
    sealer.finish()
    return bytes(out)


def unseal(pair: KeyPair, path: Path) -> bytes:
    """Open a file that `seal` made. Raises RestoreRefused."""
    try:
        with path.open("rb") as source:
            if source.read(4) != MAGIC:
                raise RestoreRefused(f"{path} 不是密钥包。密钥包由 manage.py backup --keys-to 写出。")
            key = unwrap(pair, source.read(int.from_bytes(source.read(2), "big")))
            return b"".join(streams.unseal(source.read, key, source.read(streams.PREFIX), bound_to=MAGIC))
    except OSError as wrong:
        raise RestoreRefused(f"读不到密钥包 {path}：{wrong.strerror}。") from None
    except Tampered:
        raise RestoreRefused("密钥包被改动过或不完整，不能使用。请换另一份。") from None


def write_private(path: Path, content: bytes) -> None:
    """Write a new file with mode 0600 and bring it to disk. Raises FileExistsError."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())


def _key_of(passphrase: str, salt: bytes, costs: Mapping[str, int]) -> bytes:
    n, r, p = (costs[name] for name in ("n", "r", "p"))
    return hashlib.scrypt(passphrase.encode(), salt=salt, n=n, r=r, p=p, maxmem=2**30, dklen=streams.KEY)
