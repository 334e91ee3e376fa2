"""Files that are whole after a power cut. No Django."""

import os
from pathlib import Path


def write_atomically(path: Path, content: bytes) -> None:
    """Replace a file: afterwards it holds all of the content, and at any moment before that what it held."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    with partial.open("wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    partial.replace(path)


def fsync_folder(folder: Path) -> None:
    """Bring the entries of a folder to the disk: a file that was moved is safe when its folder is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
