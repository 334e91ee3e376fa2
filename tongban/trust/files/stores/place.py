"""The setting TONGBAN_FILE_STORE: nothing for the local folder, or `s3://bucket?endpoint=https://host:port`. Pure."""

from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

KEY, SECRET = "TONGBAN_FILE_STORE_KEY", "TONGBAN_FILE_STORE_SECRET"


class InvalidStoreSetting(ValueError):
    """The setting cannot be used; its sentence says what to set."""


@dataclass(frozen=True)
class Place:
    """A bucket of an S3-compatible store and how it is reached."""

    bucket: str
    host: str
    secure: bool
    region: str
    key: str
    secret: str = field(repr=False)


def place_of(text: str, key: str, secret: str) -> Place | None:
    """The place that the settings name; None for the local folder."""
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
