"""Static files as they are served: each under a name with its hash, compressed, to be kept by browsers for good.

`publish` writes them. `manage.py setup` and every start of a web server call it, and it does nothing while no source
has changed; so nobody has to remember a build, and no process names a file of another version. Where nothing is
published, as in tests, files have their plain names and are served as they are.
"""

import fcntl
import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from whitenoise.storage import CompressedManifestStaticFilesStorage

STAMP = "sources.sha256"
"""The file beside the published files that says from which sources they were made."""
_NEVER = datetime(2000, 1, 1, tzinfo=UTC)


class PublishedFiles(CompressedManifestStaticFilesStorage):
    """Names files by their published names, as long as these were made from the sources of this process."""

    def load_manifest(self) -> tuple[dict[str, str], str]:  # type: ignore[override]  # the stub of Django is wrong
        """Return (plain name -> published name, digest of the manifest); empty if the sources are different."""
        if not is_current():
            return {}, ""
        try:
            return super().load_manifest()
        except ValueError:  # somebody else wrote it; `publish` writes it again
            return {}, ""

    def stored_name(self, name: str) -> str:
        """Return the published name, or the plain name of a file that is not published."""
        return super().stored_name(name) if self.hash_key(name) in self.hashed_files else name

    def get_modified_time(self, name: str) -> datetime:
        """Return a time before that of any source: a source may be older than what was published before it."""
        return _NEVER


def publish() -> bool:
    """Publish all static files if a source has changed. Return whether anything was written.

    Raises OSError if the folder cannot be written.
    """
    folder = Path(settings.STATIC_ROOT)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder.parent / "static.lock").open("w") as lock:  # the workers of a web server start at the same time
        fcntl.flock(lock, fcntl.LOCK_EX)
        if is_current():
            return False
        (folder / STAMP).unlink(missing_ok=True)
        call_command("collectstatic", verbosity=0, interactive=False)
        (folder / STAMP).write_text(digest_of_sources())
    _load_again()
    return True


def is_current() -> bool:
    """Return whether the published files were made from the present sources."""
    stamp = Path(settings.STATIC_ROOT) / STAMP
    return stamp.exists() and stamp.read_text() == digest_of_sources()


def digest_of_sources() -> str:
    """Return a digest of the names and contents of all static files."""
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for name, path in sorted(_sources()):
        digest.update(f"{name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\0".encode())
    return digest.hexdigest()


def _sources() -> Iterator[tuple[str, Path]]:
    for finder in finders.get_finders():
        for name, storage in finder.list(None):
            yield f"{getattr(storage, 'prefix', None) or ''}/{name}", Path(storage.path(name))


def _load_again() -> None:
    """Let this process name the files as they are published now."""
    if isinstance(staticfiles_storage, PublishedFiles):
        staticfiles_storage.hashed_files, staticfiles_storage.manifest_hash = staticfiles_storage.load_manifest()
