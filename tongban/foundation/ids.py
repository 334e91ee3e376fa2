"""Primary keys: UUIDv7 (RFC 9562), made by the application so that encryption can bind a row's key."""

import uuid

import uuid_utils


def new_id() -> uuid.UUID:
    """A new time-ordered identifier."""
    return uuid.UUID(int=uuid_utils.uuid7().int)
