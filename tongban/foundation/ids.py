"""Primary keys: UUIDv7 (RFC 9562). The application generates them, so that a new row's encryption can bind its key."""

import uuid

import uuid_utils


def new_id() -> uuid.UUID:
    """Return a new time-ordered identifier."""
    return uuid.UUID(int=uuid_utils.uuid7().int)


def id_from(text: str) -> uuid.UUID | None:
    """Return the identifier that a text from outside spells, or None if it spells none."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
