"""Secrets of systems: shown once, replaced with an overlap, and ended at once."""

import secrets
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from tongban.foundation import clock
from tongban.foundation.announcements.services import announce
from tongban.foundation.errors import Conflict, NotAllowed, NotFound
from tongban.people.identity.actors import Actor
from tongban.people.sso import events, queries
from tongban.people.sso.models import Secret, System
from tongban.people.sso.queries import digest_of
from tongban.people.sso.rules import SystemKind, SystemState

PREFIX = "tbs_"
"""Makes a leaked secret recognisable."""
OVERLAP = timedelta(days=14)
"""How long the former secret stays valid beside a new one."""


@transaction.atomic
def make_secret(system_id: UUID, *, actor: Actor) -> tuple[Secret, str]:
    """Return a new secret and its text, which is shown once. The former one ends after `OVERLAP`, older ones now."""
    system = _owned(system_id, actor)
    if system.state != SystemState.APPROVED:
        raise Conflict("系统批准以后才能领密钥。")
    if system.kind == SystemKind.NATIVE:
        raise Conflict("安装在别人手里的软件守不住密钥，它用 PKCE 登录，不用密钥。")
    now = clock.now()
    good = list(system.secrets.filter(Q(ends_at=None) | Q(ends_at__gt=now)).order_by("-made_at"))
    for position, old in enumerate(good):
        ends_at = now + OVERLAP if position == 0 else now
        if old.ends_at is None or old.ends_at > ends_at:
            old.ends_at = ends_at
            old.save(update_fields=["ends_at"])
    text = PREFIX + secrets.token_urlsafe(32)
    secret = Secret.objects.create(system=system, digest=digest_of(text), ending=text[-4:], made_at=now)
    announce(events.SecretMade(subject=system.id, secret=str(secret.id)), actor=actor, at=now)
    return secret, text


@transaction.atomic
def end_secret(system_id: UUID, secret_id: UUID, *, reason: str, actor: Actor) -> None:
    """End a secret at once, e.g. because somebody saw it. Safe to repeat."""
    system = _owned(system_id, actor)
    secret = Secret.objects.select_for_update().filter(id=secret_id, system=system).first()
    if secret is None:
        raise NotFound("没有找到这个密钥。")
    now = clock.now()
    if secret.ends_at is None or secret.ends_at > now:
        secret.ends_at = now
        secret.save(update_fields=["ends_at"])
        announce(events.SecretEnded(subject=system.id, secret=str(secret.id)), actor=actor, at=now, reason=reason)


def _owned(system_id: UUID, actor: Actor) -> System:
    system = System.objects.select_for_update().filter(id=system_id).first()
    if system is None:
        raise NotFound("没有找到这个系统的登记。")
    if not queries.owns(actor, system.department_id):
        raise NotAllowed("密钥由系统所属部门的经办或负责人保管。")
    return system
