"""What a connected system may request, which addresses it may register, and the states of a registration. Pure."""

from tongban.people.sso.rules.addresses import (
    INTERNAL_NAMES,
    LABEL,
    LEAST_PORT,
    LOOPBACK,
    MAX_ADDRESS_LENGTH,
    NUMERIC,
    address_problem,
)
from tongban.people.sso.rules.authentication import (
    LEVELS,
    METHODS,
    PROMPTS,
    authentication_claims,
    methods_of,
    requested_age,
    requested_level,
)
from tongban.people.sso.rules.registrations import (
    GRANTS,
    KINDS,
    MOVES,
    OWNERS,
    SECURITY_ADMIN,
    STATES,
    SYSTEM_ADMIN,
    SystemKind,
    SystemState,
    may_move,
)
from tongban.people.sso.rules.scopes import (
    SCOPES,
    ScopeDescription,
    needs_consent,
    sensitive,
)

__all__ = [
    "GRANTS",
    "INTERNAL_NAMES",
    "KINDS",
    "LABEL",
    "LEAST_PORT",
    "LEVELS",
    "MAX_ADDRESS_LENGTH",
    "LOOPBACK",
    "METHODS",
    "MOVES",
    "NUMERIC",
    "OWNERS",
    "PROMPTS",
    "SCOPES",
    "SECURITY_ADMIN",
    "STATES",
    "SYSTEM_ADMIN",
    "ScopeDescription",
    "SystemKind",
    "SystemState",
    "address_problem",
    "authentication_claims",
    "may_move",
    "methods_of",
    "needs_consent",
    "requested_age",
    "requested_level",
    "sensitive",
]
