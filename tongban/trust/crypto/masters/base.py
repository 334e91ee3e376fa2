"""The interface of a master key. The key itself is never exposed."""

from typing import Protocol


class Master(Protocol):
    """A master key, wherever it is held."""

    source: str
    """`environment`, `data-key`, `file` or `hsm`, for the inventory."""

    @property
    def label(self) -> bytes:
        """Eight bytes that identify the master key without revealing anything about it."""
        ...

    def seal(self, plain: bytes, bound_to: bytes) -> bytes:
        """Encrypt and authenticate `plain`, and authenticate `bound_to`. Raises KeyUnavailable."""
        ...

    def open(self, sealed: bytes, bound_to: bytes) -> bytes:
        """Decrypt. Raises Tampered, or KeyUnavailable when the holder of the key does not answer."""
        ...
