"""A file that was written is on the disk, whole, with its name, before anybody is told."""

import os
import stat

import pytest

from tongban.foundation.disk import write_atomically


@pytest.fixture
def flushed(monkeypatch):
    """The inodes that were flushed, in order."""
    seen = []
    fsync = os.fsync

    def record(handle):
        seen.append(os.fstat(handle).st_ino)
        fsync(handle)

    monkeypatch.setattr(os, "fsync", record)
    return seen


def test_the_content_and_then_the_name_are_flushed(tmp_path, flushed):
    path = tmp_path / "state"
    write_atomically(path, b"one")
    assert flushed == [path.stat().st_ino, tmp_path.stat().st_ino]
    write_atomically(path, bytearray(b"two"))
    assert path.read_bytes() == b"two"
    assert [entry.name for entry in tmp_path.iterdir()] == ["state"]


def test_a_private_file_is_never_readable_by_others(tmp_path):
    path = tmp_path / "record"
    left = tmp_path / f".record.{os.getpid()}"
    left.touch(mode=0o644)
    write_atomically(path, b"secret", mode=0o600)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not left.exists()
