"""Stores for sealed contents: a local folder or an S3-compatible server, chosen by the setting `FILE_STORE`."""

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from tongban.trust.files.stores.base import Missing as Missing
from tongban.trust.files.stores.base import Store as Store
from tongban.trust.files.stores.base import StoreUnavailable as StoreUnavailable
from tongban.trust.files.stores.folder import Folder as Folder
from tongban.trust.files.stores.place import Place


def store() -> Store:
    """Return the configured store."""
    place: Place | None = settings.FILE_STORE
    return _bucket(place) if place else Folder(Path(settings.FILE_FOLDER))


def workplace() -> Path:
    """Return the folder for incoming sealed contents, on the same disk as the folder store."""
    folder = Path(settings.FILE_FOLDER) / "incoming"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@lru_cache(maxsize=4)
def _bucket(place: Place) -> Store:
    from tongban.trust.files.stores.s3 import Bucket  # load the client only when it is used

    return Bucket(place)
