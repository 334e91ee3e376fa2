"""Names of accounts that nobody chose. People who register sign in with their phone or number, and never see one."""

import re
from uuid import UUID


def made_up(id: UUID) -> str:
    """Return the name of an account whose holder chose none, from a new id."""
    return f"u{id.hex[-16:]}"


def is_made_up(login_name: str) -> bool:
    """Return whether the platform made the name up."""
    return bool(re.fullmatch(r"u[0-9a-f]{16}", login_name))
