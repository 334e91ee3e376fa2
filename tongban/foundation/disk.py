"""Durable file writes that survive a power failure. No Django."""

import os
from pathlib import Path


def write_atomically(path: Path, content: bytes) -> None:
    """Replace a file atomically: readers see the complete old content or the complete new content."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    with partial.open("wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    partial.replace(path)


def fsync_folder(folder: Path) -> None:
    """Flush a folder's entries to disk. A renamed file is durable only after its folder has been flushed."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
