"""Parses TONGBAN_FILE_STORE: empty for the local folder, or `s3://bucket?endpoint=https://host:port`. Pure."""

from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

KEY, SECRET = "TONGBAN_FILE_STORE_KEY", "TONGBAN_FILE_STORE_SECRET"


class InvalidStoreSetting(ValueError):
    """The setting is invalid; the message says what to set."""


@dataclass(frozen=True)
class Place:
    """A bucket on an S3-compatible server, with its access data."""

    bucket: str
    host: str
    secure: bool
    region: str
    key: str
    secret: str = field(repr=False)


def place_of(text: str, key: str, secret: str) -> Place | None:
    """Return the configured bucket; None for the local folder. Raises InvalidStoreSetting."""
    if not text:
        return None
    parts = urlsplit(text)
    asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
    endpoint = urlsplit(asked.get("endpoint", ""))
    if parts.scheme != "s3" or not parts.netloc or parts.path.strip("/") or endpoint.scheme not in {"http", "https"}:
        raise InvalidStoreSetting(
            "TONGBAN_FILE_STORE must look like s3://bucket?endpoint=https://host:port (see docs/settings.md)."
        )
    missing = [name for name, value in ((KEY, key), (SECRET, secret)) if not value]
    if missing:
        raise InvalidStoreSetting(
            f"TONGBAN_FILE_STORE needs its access keys: set {', '.join(missing)} in the environment."
        )
    return Place(
        bucket=parts.netloc,
        host=endpoint.netloc,
        secure=endpoint.scheme == "https",
        region=asked.get("region", "us-east-1"),
        key=key,
        secret=secret,
    )
