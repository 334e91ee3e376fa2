"""The words with which a room declares who may open each of its addresses (`audiences` in `room.py`). Pure.

A declaration states what the tests and docs/access.md hold the address to. What enforces it is the guard of the view
(`access.py`), and then the service or policy that knows whose row it is.
"""

from enum import StrEnum

from tongban.foundation.ui import audience


class Audience(StrEnum):
    """Who may open an address. Rooms below this one have public addresses only and say `audience.EVERYBODY`."""

    EVERYBODY = audience.EVERYBODY
    PROTOCOL = "whoever a protocol admits"
    """Endpoints of OpenID Connect and returns from other identity services, which check their callers themselves."""
    SIGNED_IN = "everybody who is signed in"
    PROVED = "everybody who has just proved again who they are"
    CITIZEN = "any citizen"
    OWNER = "the person whose row it is, or who acts for them"
    VISITED = "a clerk while somebody is present"
    OFFICER = "any officer"
    CLERK = "window clerks"
    DEPARTMENT = "officers of the department that is responsible"
    POSTS = "holders of certain posts"
