"""What a keeper of the master key must do. The key itself never leaves it."""

from typing import Protocol


class Master(Protocol):
    source: str
    """`environment`, `data-key`, `file` or `hsm`, for the inventory."""

    @property
    def label(self) -> bytes:
        """Eight bytes that tell this master key from others and nothing about it."""
        ...

    def seal(self, plain: bytes, bound_to: bytes) -> bytes:
        """Encrypted and authenticated, `bound_to` authenticated too."""
        ...

    def open(self, sealed: bytes, bound_to: bytes) -> bytes:
        """The plain bytes, or Tampered; KeyUnavailable when the keeper does not answer."""
        ...
