"""Prepares the environment before the settings are read: secrets of a development platform, and a database."""

import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from tongban.trust.backups import UNFINISHED

if TYPE_CHECKING:
    from tongban.foundation.operations.postgres import Server

ROOT = Path(__file__).resolve().parents[2]
HOUSE = ROOT / "tongban"
"""The product's code."""
SECRET_NAMES = ("TONGBAN_SECRET_KEY", "TONGBAN_DATA_KEY", "TONGBAN_INDEX_KEY")
SIGNING_KEY = "oidc-key.pem"
"""File in the data folder: the key with which a development platform signs for its OpenID provider."""
embedded_server: "Server | None" = None
"""This process's share in the embedded database, if it uses one."""


def data_folder() -> Path:
    """Return the folder of everything the platform writes on this machine (`TONGBAN_DATA`, default `var/`)."""
    return Path(os.environ.get("TONGBAN_DATA", ROOT / "var")).resolve()


def environment() -> str:
    """Return `development` or `production`. Exits on any other word, which would otherwise count as development."""
    named = os.environ.get("TONGBAN_ENV", "development")
    if named not in {"development", "production"}:
        raise SystemExit(f"TONGBAN_ENV is {named!r}: set it to production or development.")
    return named


def prepare_environment() -> None:
    """Generate missing settings of a development platform. For production nothing is generated."""
    if (data_folder() / UNFINISHED).exists() and "TONGBAN_RESTORING" not in os.environ:
        raise SystemExit(f"{data_folder()} 里的恢复没有完成，平台不能在这里启动。请查明原因后删除它，再恢复一次。")
    if environment() == "production":
        return  # the settings report what is missing
    _load_or_make_secrets(data_folder() / "secrets.env")
    _adopt_address()
    os.environ.setdefault("TONGBAN_OIDC_KEYS", str(data_folder() / SIGNING_KEY))
    if os.environ["TONGBAN_OIDC_KEYS"] == str(data_folder() / SIGNING_KEY):
        _make_signing_key(data_folder() / SIGNING_KEY)
    if "DATABASE_URL" not in os.environ:
        from tongban.foundation.operations import postgres

        global embedded_server
        embedded_server = postgres.attach(data_folder() / "postgres")
        os.environ["DATABASE_URL"] = embedded_server.application_url
        os.environ["DATABASE_OWNER_URL"] = embedded_server.owner_url


def _adopt_address() -> None:
    """Use the address of a platform that runs on the same data folder, so that commands print that address."""
    if "TONGBAN_ADDRESS" not in os.environ:
        from tongban.foundation.operations import folder

        platform = folder.running(data_folder())
        if platform is not None:
            os.environ["TONGBAN_ADDRESS"] = platform.address


def _load_or_make_secrets(path: Path) -> None:
    if not path.exists():
        _keep_once(path, "".join(f"{name}={secrets.token_hex(32)}\n" for name in SECRET_NAMES))
    for line in path.read_text().splitlines():
        name, _, value = line.partition("=")
        os.environ.setdefault(name, value)


def _make_signing_key(path: Path) -> None:
    if path.exists():
        return
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = rsa.generate_private_key(public_exponent=65537, key_size=3072)
    _keep_once(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode())


def _keep_once(path: Path, text: str) -> None:
    """Write a file that only its owner may read. If another process was faster, keep that process's file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    partial.touch(mode=0o600)
    partial.write_text(text)
    try:
        os.link(partial, path)
    except FileExistsError:
        pass
    finally:
        partial.unlink()
