from collections.abc import Iterable

from allauth.usersessions.models import UserSession

class DefaultUserSessionsAdapter:
    def end_sessions(self, sessions: Iterable[UserSession]) -> None: ...

def get_adapter() -> DefaultUserSessionsAdapter: ...
