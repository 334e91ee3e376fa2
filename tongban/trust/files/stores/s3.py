"""A store in a bucket of an S3-compatible server (MinIO, Ceph, a cloud's object store)."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import urllib3
from minio import Minio
from minio.error import MinioException, S3Error

from tongban.trust.files.stores.base import Missing, OpenContent, StoreUnavailable
from tongban.trust.files.stores.place import Place

log = logging.getLogger(__name__)
_NAME = re.compile(r"(?:[0-9a-f]{2}/){2}([0-9a-f]{64})")
_GONE = {"NoSuchKey", "NoSuchObject"}
_TIMEOUT = urllib3.Timeout(connect=3, read=30)
"""In seconds. Short enough that the person sees an error page before their browser gives up."""


class Bucket:
    def __init__(self, place: Place) -> None:
        self.bucket = place.bucket
        pool = urllib3.PoolManager(timeout=_TIMEOUT, retries=urllib3.Retry(2, backoff_factor=0.1), maxsize=16)
        self.client = Minio(
            place.host,
            access_key=place.key,
            secret_key=place.secret,
            secure=place.secure,
            region=place.region,
            http_client=pool,
        )

    def has(self, name: str) -> bool:
        try:
            with _translated_errors():
                self.client.stat_object(self.bucket, _key(name))
        except Missing:
            return False
        return True

    def keep(self, name: str, sealed: Path) -> None:
        """Upload the file in one request, or in parts that take effect only when all have arrived."""
        with _translated_errors():
            self.client.fput_object(self.bucket, _key(name), str(sealed))

    def open(self, name: str) -> OpenContent:
        with _translated_errors():
            return _Answer(self.client.get_object(self.bucket, _key(name)))

    def names(self) -> Iterator[tuple[str, datetime, int]]:
        with _translated_errors():
            for found in self.client.list_objects(self.bucket, recursive=True):
                name = _NAME.fullmatch(found.object_name or "")
                if name and found.last_modified:
                    yield name[1], found.last_modified, found.size or 0

    def remove(self, name: str) -> None:
        with _translated_errors():
            self.client.remove_object(self.bucket, _key(name))


class _Answer:
    """An open response of the server. A broken connection raises StoreUnavailable."""

    def __init__(self, answer: urllib3.BaseHTTPResponse) -> None:
        self.answer = answer

    def read(self, size: int, /) -> bytes:
        with _translated_errors():
            return self.answer.read(size)

    def close(self) -> None:
        self.answer.close()
        self.answer.release_conn()


def _key(name: str) -> str:
    return f"{name[:2]}/{name[2:4]}/{name}"


@contextmanager
def _translated_errors() -> Iterator[None]:
    """Translate errors of the S3 client to Missing and StoreUnavailable, and log their cause."""
    try:
        yield
    except S3Error as problem:
        if problem.code in _GONE:
            raise Missing(problem.object_name or "") from None
        log.error("the file store refused: %s %s", problem.code, problem.message)
        raise StoreUnavailable from None
    except (MinioException, urllib3.exceptions.HTTPError, OSError) as problem:
        log.error("the file store cannot be reached: %s", type(problem).__name__)
        raise StoreUnavailable from None
