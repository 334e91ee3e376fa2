"""Register the systems of departments: draft, submit, review, suspend, retire. Each step is an event with its actor."""

import re
from collections.abc import Iterable, Mapping
from typing import Any  # each field of a request has its own type
from uuid import UUID

from allauth.idp.oidc.models import Client
from django.conf import settings
from django.db import IntegrityError, transaction

from tongban.foundation import clock
from tongban.foundation.announcements.events import Event
from tongban.foundation.announcements.services import announce
from tongban.foundation.errors import Conflict, Invalid, NotAllowed, NotFound
from tongban.people.identity.actors import Actor
from tongban.people.organisation import queries as organisation
from tongban.people.sso import events, queries, rules
from tongban.people.sso.models import System
from tongban.people.sso.rules import SystemKind, SystemState
from tongban.people.sso.services.connections import end_connections
from tongban.people.sso.services.keys import public_keys

WANTED = ("name", "kind", "purpose", "redirect_uris", "post_logout_uris", "logout_uri", "scopes", "duty", "keys")
"""The fields that an owner may write."""
Requested = Mapping[str, Any]
"""Values of these fields, as the form gives them."""


@transaction.atomic
def draft_system(department_id: UUID, *, contact_id: UUID, wanted: Requested, actor: Actor) -> System:
    """Create a draft of a registration for the department; `wanted` holds fields of `WANTED`. Raises Invalid."""
    _check_owner(actor, department_id)
    post = organisation.post(contact_id)
    if post is None or post.department_id != department_id:
        raise Invalid("请选择本部门的一个岗位作为联系岗位。", field="contact")
    now = clock.now()
    system = System(department_id=department_id, contact_id=contact_id, drafted_at=now, updated_at=now)
    _write(system, wanted)
    _save(system)
    announce(events.SystemDrafted(subject=system.id, department=str(department_id)), actor=actor, at=now)
    return system


@transaction.atomic
def change_system(system_id: UUID, *, wanted: Requested, actor: Actor) -> System:
    """Change the request. For an approved system, what is in force stays until the change is reviewed."""
    system = _owned(system_id, actor)
    if system.state not in {SystemState.DRAFT, SystemState.APPROVED}:
        raise Conflict("审核中、已暂停和已停用的系统不能修改；审核中的请先等结果，或请审核人退回。")
    before = {name: getattr(system, name) for name in WANTED}
    if system.state == SystemState.APPROVED and wanted.get("kind", system.kind) != system.kind:
        raise Invalid("已批准的系统不能改类型，请另外登记一个。", field="kind")
    _write(system, wanted)
    changed = [name for name in WANTED if before[name] != getattr(system, name)]
    if not changed:
        return system
    system.updated_at, system.security_reviewer = clock.now(), None
    system.changed = False
    _save(system)
    announce(events.SystemChanged(subject=system.id, fields=" ".join(changed)), actor=actor, at=system.updated_at)
    return system


@transaction.atomic
def submit_system(system_id: UUID, *, actor: Actor) -> System:
    """Submit the draft for review, or the change of an approved system."""
    system = _owned(system_id, actor)
    if system.state == SystemState.APPROVED:
        if queries.in_force(system):
            raise Conflict("没有要审核的修改。")
        system.changed = True
    else:
        _move(system, SystemState.UNDER_REVIEW)
    _check_whole(system)
    system.returned_for, system.updated_at = "", clock.now()
    _save(system)
    announce(events.SystemSubmitted(subject=system.id), actor=actor, at=system.updated_at)
    return system


@transaction.atomic
def agree_to_data(system_id: UUID, *, reason: str, actor: Actor) -> System:
    """Agree to the requested personal data, as security administrator."""
    system = _to_review(system_id, actor, rules.SECURITY_ADMIN)
    system.security_reviewer_id, system.updated_at = actor.subject_id, clock.now()
    _save(system)
    agreed = events.SystemAgreed(subject=system.id, scopes=" ".join(rules.sensitive(system.scopes)))
    announce(agreed, actor=actor, at=system.updated_at, reason=_reason(reason))
    return system


@transaction.atomic
def approve_system(system_id: UUID, *, reason: str, actor: Actor) -> System:
    """Put the request in force, as system administrator. Personal data needs `agree_to_data` first."""
    system = _to_review(system_id, actor, rules.SYSTEM_ADMIN)
    if rules.sensitive(system.scopes) and system.security_reviewer_id is None:
        raise Conflict("这个系统要用个人信息，请先由安全管理员同意，再由您批准。")
    if system.security_reviewer_id == actor.subject_id:
        raise NotAllowed("安全审核和批准要由两个人进行。")
    if system.state != SystemState.APPROVED:
        _move(system, SystemState.APPROVED)
    system.changed, system.returned_for, system.updated_at = False, "", clock.now()
    _put_in_force(system)
    _save(system)
    approved = events.SystemApproved(subject=system.id, scopes=" ".join(sorted(system.scopes)))
    announce(approved, actor=actor, at=system.updated_at, reason=_reason(reason))
    return system


@transaction.atomic
def return_system(system_id: UUID, *, reason: str, actor: Actor) -> System:
    """Return the request to its owner with a reason. What is in force stays."""
    system = _to_review(system_id, actor, rules.SYSTEM_ADMIN, rules.SECURITY_ADMIN)
    if system.state == SystemState.UNDER_REVIEW:
        _move(system, SystemState.DRAFT)
    system.changed, system.security_reviewer = False, None
    system.returned_for, system.updated_at = _reason(reason), clock.now()
    _save(system)
    announce(events.SystemReturned(subject=system.id), actor=actor, at=system.updated_at, reason=system.returned_for)
    return system


@transaction.atomic
def suspend_system(system_id: UUID, *, reason: str, actor: Actor) -> System:
    """Suspend the system at once, e.g. after a leak: nobody can sign in to it, and its tokens are void."""
    system = _locked(system_id)
    queries.check_reviewer(actor, rules.SYSTEM_ADMIN, rules.SECURITY_ADMIN)
    return _stop(system, SystemState.SUSPENDED, events.SystemSuspended(subject=system.id), reason, actor)


@transaction.atomic
def resume_system(system_id: UUID, *, reason: str, actor: Actor) -> System:
    """Put a suspended system back into use, unchanged."""
    system = _locked(system_id)
    queries.check_reviewer(actor, rules.SYSTEM_ADMIN)
    _move(system, SystemState.APPROVED)
    system.updated_at = clock.now()
    _save(system)
    announce(events.SystemResumed(subject=system.id), actor=actor, at=system.updated_at, reason=_reason(reason))
    return system


@transaction.atomic
def retire_system(system_id: UUID, *, reason: str, actor: Actor) -> System:
    """Take the system out of use permanently, as its owner or a reviewer."""
    system = _locked(system_id)
    if not queries.owns(actor, system.department_id):
        queries.check_reviewer(actor, rules.SYSTEM_ADMIN)
    return _stop(system, SystemState.RETIRED, events.SystemRetired(subject=system.id), reason, actor)


def _stop(system: System, state: SystemState, event: Event, reason: str, actor: Actor) -> System:
    _move(system, state)
    system.updated_at, system.changed = clock.now(), False
    _save(system)
    end_connections(queries.open_connections().filter(system=system), actor=actor)
    queries.tokens().filter(client_id=system.client_id, client_id__isnull=False).delete()
    announce(event, actor=actor, at=system.updated_at, reason=_reason(reason))
    return system


def _write(system: System, wanted: Requested) -> None:
    """Set the requested values, after checking each by itself."""
    values = {name: wanted[name] for name in WANTED if name in wanted}
    if "name" in values and not 2 <= len(values["name"].strip()) <= 60:
        raise Invalid("系统名称是 2 至 60 个字。", field="name")
    if values.get("kind", SystemKind.WEB) not in rules.KINDS:
        raise Invalid("请选择系统的类型。", field="kind")
    if "purpose" in values and not 5 <= len(values["purpose"].strip()) <= 300:
        raise Invalid("请用 5 至 300 个字说明这个系统为群众办什么，授权时群众会看到。", field="purpose")
    for name in ("redirect_uris", "post_logout_uris"):
        if name in values:
            _check_addresses(values[name], name)
    if values.get("logout_uri"):
        _check_addresses([values["logout_uri"]], "logout_uri")
    for scope, why in values.get("scopes", {}).items():
        if scope not in queries.scopes():
            raise Invalid(f"没有“{scope}”这项权限，请从列出的权限里选择。", field="scopes")
        if scope != "openid" and not 2 <= len(why.strip()) <= 200:
            raise Invalid(f"请说明为什么需要“{queries.scopes()[scope].words}”。", field="scopes")
    if values.get("keys"):
        values["keys"] = public_keys(values["keys"])
    for name, value in values.items():
        setattr(system, name, re.sub(r"\s+", " ", value).strip() if isinstance(value, str) else value)


def _check_addresses(addresses: Iterable[str], field: str) -> None:
    for address in addresses:
        called = queries.registrable_networks()
        if problem := rules.address_problem(address, loopback=not settings.PRODUCTION, allowed=called):
            raise Invalid(problem, field=field)


def _check_whole(system: System) -> None:
    """Check that the values of a submitted request fit together."""
    for_machines = {scope for scope in system.scopes if queries.scopes()[scope].for_machines}
    if system.kind == SystemKind.SERVICE:
        if set(system.scopes) - for_machines:
            raise Invalid("后台服务没有人登录，只能申请给系统用的权限。", field="scopes")
        return
    if for_machines:
        raise Invalid("给系统用的权限，请另外登记一个“后台服务”来申请。", field="scopes")
    if "openid" not in system.scopes:
        raise Invalid("要让人登录，就需要“openid”这项权限。", field="scopes")
    if not system.redirect_uris:
        raise Invalid("请填写登录后回到哪个网址。", field="redirect_uris")


def _put_in_force(system: System) -> None:
    client = system.client or Client(id=f"sys-{system.id.hex[-12:]}")
    client.name, client.secret = system.name, "!"  # secrets are stored in `Secret`, by a fast digest
    client.type = Client.Type.PUBLIC if system.kind == SystemKind.NATIVE else Client.Type.CONFIDENTIAL
    client.skip_consent = bool(system.duty)
    client.set_scopes(sorted(system.scopes))
    client.set_grant_types(list(rules.GRANTS[SystemKind(system.kind)]))
    client.set_response_types(["code"])
    client.set_redirect_uris(system.redirect_uris)
    client.data = {name: getattr(system, name) for name in queries.DATA_FIELDS}
    client.set_post_logout_redirect_uris(system.post_logout_uris)
    client.save()
    system.client = client


def _save(system: System) -> None:
    try:
        with transaction.atomic():
            system.save()
    except IntegrityError:
        raise Conflict("本部门已经登记过同名的系统，请换一个名称。", field="name") from None


def _move(system: System, to: SystemState) -> None:
    if not rules.may_move(system.state, to):
        raise Conflict(f"系统现在是“{rules.STATES[SystemState(system.state)]}”，不能这样办，请刷新后再看。")
    system.state = to


def _locked(system_id: UUID) -> System:
    system = System.objects.select_for_update(of=("self",)).select_related("client").filter(id=system_id).first()
    if system is None:
        raise NotFound("没有找到这个系统的登记。")
    return system


def _owned(system_id: UUID, actor: Actor) -> System:
    system = _locked(system_id)
    _check_owner(actor, system.department_id)
    return system


def _check_owner(actor: Actor, department_id: UUID) -> None:
    if not queries.owns(actor, department_id):
        raise NotAllowed("接入系统由它所属部门的经办或负责人登记和维护。")


def _to_review(system_id: UUID, actor: Actor, *kinds: str) -> System:
    queries.check_reviewer(actor, *kinds)
    system = _locked(system_id)
    if system.state != SystemState.UNDER_REVIEW and not (system.state == SystemState.APPROVED and system.changed):
        raise Conflict("这个系统现在没有等待审核的内容，请刷新后再看。")
    if queries.owns(actor, system.department_id):
        raise NotAllowed("不能审核自己部门登记的系统，请由另一位管理员审核。")
    return system


def _reason(reason: str) -> str:
    if not 2 <= len(reason.strip()) <= 300:
        raise Invalid("请用 2 至 300 个字写明理由。", field="reason")
    return reason.strip()
