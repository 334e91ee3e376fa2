"""ASK: the registered systems, who is signed in where, and whether a token is in force."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from allauth.idp.oidc.models import Client, Token
from django.conf import settings
from django.core.paginator import Page, Paginator
from django.db.models import Case, Count, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from tongban.foundation import clock
from tongban.foundation.city import city
from tongban.foundation.errors import NotAllowed, NotFound
from tongban.foundation.networks import LOOPBACK, Address, Network, may_be_called
from tongban.people.api.scopes import SCOPES as OF_THE_INTERFACE
from tongban.people.identity import queries as identity
from tongban.people.identity.actors import Actor
from tongban.people.identity.queries import Account
from tongban.people.organisation import queries as organisation
from tongban.people.signin.queries import session_digest
from tongban.people.sso import rules
from tongban.people.sso.models import Connection, Consent, Secret
from tongban.people.sso.models import System as System
from tongban.people.sso.rules import SystemState
from tongban.trust.crypto.services import digest

ROWS = 20
DATA_FIELDS = ("purpose", "logout_uri", "duty", "keys")
"""Fields for which the library's client has no column."""


@cache
def scopes() -> Mapping[str, rules.ScopeDescription]:
    """Return every scope that a system may be granted."""
    return {**rules.SCOPES, **{name: rules.ScopeDescription(words) for name, words in OF_THE_INTERFACE.items()}}


def issuer() -> str:
    """Return the provider's issuer identifier: its public address."""
    return str(settings.PUBLIC_ADDRESS)


def registrable_networks() -> list[Network]:
    """Return the networks in which a registered system may be besides the internet; in development, also loopback."""
    return [*settings.INTERNAL_NETWORKS, *([] if settings.PRODUCTION else LOOPBACK)]


def may_call(address: Address) -> bool:
    """Return whether an address that a registered name resolves to may be called."""
    return may_be_called(address, allowed=registrable_networks())


def digest_of(text: str) -> str:
    """Return the digest by which secrets, codes and tokens are stored."""
    return digest(text.encode()).hex()


def digest_of_session(session_key: str) -> str:
    """Return how a connection names the portal's session, from its key or from the digest that the tables hold."""
    return digest_of(session_digest(session_key))


def owns(actor: Actor, department_id: UUID) -> bool:
    """Return whether the officer may register systems of the department."""
    return actor.holds(department_id, *rules.OWNERS)


def reviews(actor: Actor, *kinds: str) -> bool:
    """Return whether the officer is an administrator of one of these kinds at the data bureau."""
    bureau = _own_bureau(actor, *kinds)
    return bureau is not None and bureau.exists()


def _own_bureau(actor: Actor, *kinds: str) -> QuerySet[organisation.Department] | None:
    """Return the query for the data bureau among the actor's departments; None for one who administers nothing."""
    wanted = kinds or (rules.SYSTEM_ADMIN, rules.SECURITY_ADMIN)
    held = {post.department_id for post in actor.posts if post.kind in wanted}
    return organisation.departments().filter(id__in=held, short_code=city().data_bureau) if held else None


def check_reviewer(actor: Actor, *kinds: str) -> None:
    if not reviews(actor, *kinds):
        raise NotAllowed("接入系统由数据管理部门的系统管理员和安全管理员审核。")


def systems_for(actor: Actor, *, state: str = "", page: int | str = 1) -> Page[System]:
    """Return the systems of the officer's departments, or all for a reviewer. Those that wait for review come first."""
    found = System.objects.select_related("department", "client")
    if not reviews(actor):
        found = found.filter(department_id__in=[p.department_id for p in actor.posts if p.kind in rules.OWNERS])
    if state == "waiting":
        found = found.filter(_waiting())
    elif state:
        found = found.filter(state=state)
    waiting_first = Case(When(_waiting(), then=0), default=1)
    return Paginator(found.order_by(waiting_first, "-updated_at"), ROWS).get_page(page)


class ForReviewers(NamedTuple):
    """What waits for the reviewers of systems."""

    systems: int
    """Systems that wait for a reviewer."""
    undelivered: int
    """Sign-outs within seven days of which a system could not be notified."""


def for_reviewer(actor: Actor) -> ForReviewers | None:
    """Return what waits for the actor as a reviewer, or None for anybody else. At most one query."""
    bureau = _own_bureau(actor)
    if bureau is None:
        return None
    since = clock.now() - timedelta(days=7)
    failed = Connection.objects.filter(telling=Connection.LogoutDelivery.FAILED, ended_at__gt=since)
    found = bureau.values_list(_number_of(System.objects.filter(_waiting())), _number_of(failed)).first()
    return ForReviewers(*found) if found else None


def _number_of(rows: QuerySet[Any]) -> Coalesce:
    """Return the number of rows as a column of another query."""
    return Coalesce(Subquery(rows.order_by().values(all=Value(1)).annotate(number=Count("pk")).values("number")), 0)


def system_for(actor: Actor, system_id: UUID) -> System:
    """Return a system that the officer may see. Raises NotFound or NotAllowed."""
    found = System.objects.select_related("department", "contact", "client").filter(id=system_id).first()
    if found is None:
        raise NotFound("没有找到这个系统的登记。")
    if not owns(actor, found.department_id) and not reviews(actor):
        raise NotAllowed("这是其他部门登记的系统。")
    return found


def in_force(system: System) -> bool:
    """Return whether everything that was requested is in force already."""
    client = system.client
    return client is not None and (
        client.name == system.name
        and client.skip_consent == bool(system.duty)
        and client.get_scopes() == sorted(system.scopes)
        and client.get_redirect_uris() == system.redirect_uris
        and client.get_post_logout_redirect_uris() == system.post_logout_uris
        and all(client.data[name] == getattr(system, name) for name in DATA_FIELDS)
    )


def good_secrets(system: System) -> list[Secret]:
    """Return the secrets in force, the newest first."""
    now = clock.now()
    return list(system.secrets.filter(Q(ends_at=None) | Q(ends_at__gt=now)).order_by("-made_at"))


def figures(system: System) -> dict[str, int]:
    """Return how many are signed in now, and of how many sign-outs the system could not be notified."""
    return Connection.objects.filter(system=system).aggregate(
        now=Count("id", filter=Q(ended_at=None)),
        failed=Count("id", filter=Q(telling=Connection.LogoutDelivery.FAILED)),
    )


def client_of(client_id: str) -> Client | None:
    """Return the client of an approved system, with the system."""
    return Client.objects.select_related("system").filter(id=client_id, system__state=SystemState.APPROVED).first()


def client_by_secret(client_id: str, text: str) -> Client | None:
    """Return the client of an approved system if this is one of its secrets in force."""
    now = clock.now()
    good = Secret.objects.filter(
        digest=digest_of(text), system__client_id=client_id, system__state=SystemState.APPROVED
    )
    found = good.filter(Q(ends_at=None) | Q(ends_at__gt=now)).select_related("system__client").first()
    return found.system.client if found else None


def open_connections() -> QuerySet[Connection]:
    return Connection.objects.filter(ended_at=None)


def consented_scopes(system: System, account: Account) -> list[str]:
    """Return the scopes to which the person has consented."""
    found = Consent.objects.filter(system=system, account=account, ended_at=None).first()
    return found.scopes if found else []


def tokens() -> QuerySet[Token]:
    found: QuerySet[Token] = Token.objects.all()
    return found


def tokens_of(connection_id: UUID) -> QuerySet[Token]:
    """Return the access and refresh tokens of a sign-in. There is an index on this expression."""
    return tokens().filter(data__sid=str(connection_id))


@dataclass(frozen=True)
class TokenStatus:
    """A token in force. `connection` is None where a system acts in its own name."""

    token: Token
    connection: Connection | None

    @property
    def authentication(self) -> dict[str, object]:
        """What the token records of the sign-in; empty for older tokens, which recorded nothing."""
        return dict(self.token.data.get("authentication", {})) if self.token.data else {}

    @property
    def may_act(self) -> bool:
        """Whether the account is open and its holder may still act in the name in which they signed in."""
        if self.connection is None:
            return True
        account = self.connection.account
        return account.is_active and may_act_as(account, self.connection.principal_id)


def may_act_as(account: Account, principal_id: UUID) -> bool:
    """Return whether the holder may act in this name: their own, or an organisation's that they represent."""
    return principal_id == account.subject_id or identity.represents(account.subject_id, principal_id)


def token_status(text: str, *types: str) -> TokenStatus | None:
    """Return the token with this text if it is in force and of one of the types (`at`, `rt`)."""
    found = Token.objects.filter(hash=digest_of(text), type__in=types, expires_at__gt=clock.now())
    token = found.select_related("client__system").first()
    if token is None or token.client is None or token.client.system.state != SystemState.APPROVED:
        return None
    if not token.data:
        return TokenStatus(token, None)
    connection = open_connections().select_related("account").filter(id=token.data["sid"]).first()
    return TokenStatus(token, connection) if connection else None


@dataclass(frozen=True)
class MySystem:
    """A system at which somebody signed in, for the page of their sign-ins."""

    system: System
    scopes: tuple[str, ...]
    last_at: datetime
    open: int
    statutory: str
    """The duty and law by which no consent is needed; empty where they consented."""


def my_systems(account: Account) -> list[MySystem]:
    """Return the systems at which the person signed in, the latest first. Two queries."""
    rows: dict[UUID, list[Connection]] = {}
    mine = Connection.objects.filter(account=account).select_related("system__department", "system__client")
    for connection in mine.order_by("-began_at")[:500]:
        rows.setdefault(connection.system_id, []).append(connection)
    consents = dict(Consent.objects.filter(account=account, ended_at=None).values_list("system_id", "scopes"))
    return [
        MySystem(
            system=held[0].system,
            scopes=tuple(consents.get(system_id) or held[0].scopes),
            last_at=held[0].began_at,
            open=sum(one.ended_at is None for one in held),
            statutory=held[0].system.client.data["duty"] if held[0].system.client else "",
        )
        for system_id, held in rows.items()
    ]


def _waiting() -> Q:
    return Q(state=SystemState.UNDER_REVIEW) | Q(state=SystemState.APPROVED, changed=True)
