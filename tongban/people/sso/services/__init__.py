"""DO: register systems, manage their secrets, sign people in and out at them."""

from tongban.people.sso.services.connections import (
    Authentication,
    connect,
    end_acting,
    end_connections,
    end_replayed,
    end_with_mandate,
    end_with_post,
    give_code,
    give_consent,
    leave_system,
    move_session,
)
from tongban.people.sso.services.forgetting import forget_old
from tongban.people.sso.services.registry import (
    agree_to_data,
    approve_system,
    change_system,
    draft_system,
    resume_system,
    retire_system,
    return_system,
    submit_system,
    suspend_system,
)
from tongban.people.sso.services.secrets import end_secret, make_secret

__all__ = [
    "Authentication",
    "agree_to_data",
    "approve_system",
    "change_system",
    "connect",
    "draft_system",
    "end_acting",
    "end_connections",
    "end_replayed",
    "end_secret",
    "end_with_mandate",
    "end_with_post",
    "forget_old",
    "give_code",
    "give_consent",
    "leave_system",
    "make_secret",
    "move_session",
    "resume_system",
    "retire_system",
    "return_system",
    "submit_system",
    "suspend_system",
]
