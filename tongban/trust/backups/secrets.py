"""The list of everything a platform needs besides its database and files: secrets in the environment and key files.

Backups never contain them. `gather` collects them in a package for the escrow (密钥包), which is kept elsewhere, and a
restore writes them out again. A new secret in the settings must be added here; a test compares the two. No Django.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NotRequired, TypedDict

from tongban.trust.backups.errors import BackupRefused, RestoreRefused
from tongban.trust.backups.escrow import write_private
from tongban.trust.crypto import primitives

ENVIRONMENT = (
    "TONGBAN_SECRET_KEY",
    "TONGBAN_INDEX_KEY",
    "TONGBAN_DATA_KEY",
    "TONGBAN_MASTER_KEY",
    "TONGBAN_SEAL_KEY",
    "TONGBAN_FILE_STORE_KEY",
    "TONGBAN_FILE_STORE_SECRET",
    "TONGBAN_FACE_SERVICE_TOKEN",
    "TONGBAN_OPERATIONS_TOKEN",
    "TONGBAN_SMS_TOKEN",
    "TONGBAN_CARRIER_TOKEN",
    "TONGBAN_NATIONAL_OIDC_SECRET",
    "TONGBAN_CTID_SECRET",
)
FILES = ("TONGBAN_MASTER_KEY_FILE", "TONGBAN_OIDC_KEYS")
"""Settings that name key files, separated by commas."""
INDEX_KEY = "TONGBAN_INDEX_KEY"


class KeyFile(TypedDict):
    """A key file in a package; `content` is hexadecimal."""

    name: str
    content: str


class Package(TypedDict):
    """A package of keys."""

    form: int
    environment: dict[str, str]
    files: dict[str, list[KeyFile]]
    """The key files by the setting that names them."""
    hardware: bool
    """Whether the master key is in a hardware module, which the package cannot contain."""
    signers: NotRequired[dict[str, str]]
    """The public keys of manifests and tree heads."""


def gather(environment: Mapping[str, str]) -> Package:
    """Collect all secrets that are set, and the contents of key files. Raises BackupRefused for an unreadable file."""
    found: dict[str, list[KeyFile]] = {}
    for name in FILES:
        for place in filter(None, environment.get(name, "").split(",")):
            try:
                content = Path(place).read_bytes()
            except OSError as wrong:
                raise BackupRefused(f"{name} 所指的密钥文件 {place} 读不到：{wrong.strerror}。") from None
            found.setdefault(name, []).append({"name": Path(place).name, "content": content.hex()})
    values = {name: environment[name] for name in ENVIRONMENT if environment.get(name)}
    return {"form": 1, "environment": values, "files": found, "hardware": "TONGBAN_HSM_LIBRARY" in environment}


def check_values(environment: Mapping[str, str]) -> list[str]:
    """Return a value for each index key that identifies the key without revealing anything about it.

    A backup is useless without its own index keys, so a restore compares these values.
    """
    given = [value for name, value in environment.items() if name.startswith(INDEX_KEY)]
    keys = sorted({key for value in given for key in value.replace(",", " ").split()})
    return [primitives.hmac_sm3(key.encode(), b"backup check value 1")[:8].hex() for key in keys]


def write_out(package: Package, folder: Path) -> dict[str, str]:
    """Write `secrets.env` and the key files (mode 600) into a data folder; return the resulting environment.

    The package is not trusted: RestoreRefused is raised when it is malformed or contains other settings.
    """
    try:
        values = {str(name): str(value) for name, value in package["environment"].items()}
        if strange := sorted({*values} - {*ENVIRONMENT} | {*map(str, package["files"])} - {*FILES}):
            # Anyone with the escrow's public key can make a package, so it must not set anything else.
            raise RestoreRefused(f"密钥包里有不属于它的设置：{'、'.join(strange)[:200]}。请查明它的来历，换另一份。")
        place = folder / "keys"
        place.mkdir(mode=0o700, exist_ok=True)
        for name, files in package["files"].items():
            paths = []
            for number, one in enumerate(files):
                path = place / f"{number}-{Path(one['name']).name}"
                write_private(path, bytes.fromhex(one["content"]))
                paths.append(str(path))
            values[str(name)] = ",".join(paths)
        if any("\n" in part for pair in values.items() for part in pair):
            raise ValueError("a value of several lines")
        write_private(folder / "secrets.env", "".join(f"{n}={v}\n" for n, v in values.items()).encode())
    except (KeyError, TypeError, ValueError, AttributeError) as wrong:
        raise RestoreRefused(f"密钥包的内容读不懂：{wrong!r}。") from None
    return values


def of_this_process() -> Mapping[str, str]:
    """Return the environment of this process, for a package of keys or a child process."""
    return os.environ


def environment_of_restored(base: Mapping[str, str], data: Path, url: str) -> dict[str, str]:
    """Return the environment of a child process of the restored platform; `base` holds its keys."""
    return {
        **base, "TONGBAN_DATA": str(data), "DATABASE_URL": url, "DATABASE_OWNER_URL": url, "TONGBAN_RESTORING": "1",
    }  # fmt: skip


def environment_without() -> dict[str, str]:
    """Return this process's environment without anything that would point a child to another platform or other keys."""
    mine = {*ENVIRONMENT, *FILES, "TONGBAN_DATA", "DATABASE_URL", "DATABASE_OWNER_URL"}
    return {name: value for name, value in os.environ.items() if name not in mine}
