"""The platform's certificate authority: a root, an authority for each department, and certificates for seals."""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from tongban.foundation import clock
from tongban.foundation.announcements.actors import machine
from tongban.foundation.announcements.ports import EventActor
from tongban.foundation.announcements.services import announce
from tongban.foundation.errors import Conflict, Invalid, NotFound
from tongban.foundation.locks import hold_number
from tongban.trust.crypto.queries import Certificate
from tongban.trust.crypto.queries import certificates as all_certificates
from tongban.trust.crypto.services import certificates
from tongban.trust.keys import events
from tongban.trust.keys.ports import holder
from tongban.trust.keys.services.permission import check

ROOT_KEY = "ca:root"
DAYS = {"root": 20 * 365, "department": 10 * 365, "seal": 5 * 365}
CRL_DAYS = 7
REVOCATIONS = {
    "key_compromise": "私钥可能泄露",
    "affiliation_changed": "机构变更",
    "superseded": "已换新证书",
    "cessation_of_operation": "停止使用",
}
"""The CRL reasons of RFC 5280 §5.3.1 that a person may choose."""
_LOCK = 0x63657274
_certified: set[str] = set()


def certify_seal(key_id: str, department_id: UUID) -> None:
    """Make sure that the key of a seal has a certificate. Each process checks a key only once."""
    if key_id not in _certified:
        certificate_of(key_id, department_id)
        transaction.on_commit(lambda: _certified.add(key_id))


@transaction.atomic
def certificate_of(key_id: str, department_id: UUID) -> Certificate:
    """Return the certificate of a department's seal: issued if missing, renewed if expired but not revoked."""
    found = _newest(key_id)
    if found is not None and (found.revoked_at or found.not_after > clock.now()):
        return found
    _lock()
    return _ensure("seal", key_id, department_id)


@transaction.atomic
def revoke(certificate_id: UUID, *, revocation: str, reason: str, actor: EventActor) -> Certificate:
    """Revoke a certificate for good, so that its issuer's revocation list includes it.

    Raises NotAllowed, Invalid, NotFound, or Conflict for a root or an already revoked certificate.
    """
    check(actor, reason)
    if revocation not in REVOCATIONS:
        raise Invalid("请选择吊销的原因。", field="revocation")
    found = all_certificates().select_for_update(of=("self",)).filter(id=certificate_id).first()
    if found is None:
        raise NotFound("没有找到这张证书，请从证书清单里选择。")
    if found.issuer is None:
        raise Conflict("根证书不能由自己吊销；根密钥失密时请换用新的根，并通知所有验证方。")
    if found.revoked_at is not None:
        raise Conflict("这张证书已经吊销。")
    _revoke(found, revocation, reason, actor)
    return found


def revocation_list(certificate_id: UUID) -> bytes:
    """Return the current revocation list of an authority in DER. Raises NotFound."""
    issuer = all_certificates().filter(id=certificate_id).exclude(kind="seal").first()
    if issuer is None:
        raise NotFound("没有找到这个签发者的证书。")
    revoked = issuer.issued.filter(revoked_at__isnull=False).order_by("revoked_at", "id")
    return certificates.revocation_list(issuer, revoked, at=clock.now(), days=CRL_DAYS)


def _ensure(kind: str, key_id: str, department_id: UUID | None) -> Certificate:
    found, now = _newest(key_id), clock.now()
    if found is not None and (found.revoked_at or found.not_after > now + timedelta(days=1)):
        return found
    if found is not None:
        _revoke(found, "superseded", "证书到期换新", machine("keys.certify"))
    issuer = None
    if kind == "department":
        issuer = _ensure("root", ROOT_KEY, None)
    elif kind == "seal":
        issuer = _ensure("department", f"ca:department:{department_id}", department_id)
    made = certificates.issue(
        kind,
        key_id,
        subject=_subject(kind, department_id),
        issuer=issuer,
        at=now,
        days=DAYS[kind],
        crl_address=f"{settings.PUBLIC_ADDRESS}/keys/certificates/{issuer.id}.crl" if issuer else "",
    )
    event = events.CertificateIssued(
        subject=made.id, kind=kind, serial=made.serial, issuer=str(issuer.id) if issuer else ""
    )
    announce(event, actor=machine("keys.certify"), at=now)
    return made


def _subject(kind: str, department_id: UUID | None) -> dict[str, str]:
    if department_id is None:
        return {"country_name": "CN", "organization_name": "通办", "common_name": "通办根证书（演示）"}
    department = holder.get()(department_id)
    words = {"department": "证书签发", "seal": "电子印章"}[kind]
    return {
        "country_name": "CN",
        "organization_name": department.name,
        "organization_identifier": department.uscc,
        "common_name": f"{department.name}{words}",
    }


def _revoke(certificate: Certificate, revocation: str, reason: str, actor: EventActor) -> None:
    certificate.revoked_at, certificate.revocation = clock.now(), revocation
    certificate.save(update_fields=["revoked_at", "revocation"])
    event = events.CertificateRevoked(
        subject=certificate.id, kind=certificate.kind, serial=certificate.serial, revocation=revocation
    )
    announce(event, actor=actor, at=certificate.revoked_at, reason=reason)


def _newest(key_id: str) -> Certificate | None:
    return all_certificates().filter(key_id=key_id).order_by("-issued_at", "-id").first()


def _lock() -> None:
    hold_number(_LOCK)
