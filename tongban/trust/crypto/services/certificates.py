"""X.509 certificates over SM2 keys, signed with SM2 over SM3 (GB/T 20518-2018, RFC 5280), and revocation lists."""

import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from asn1crypto import core, crl, keys, pem, x509

from tongban.trust.crypto import der, primitives
from tongban.trust.crypto.models import Certificate
from tongban.trust.crypto.services import signing

SM2_WITH_SM3 = "1.2.156.10197.1.501"
_USES = {
    "root": {"key_cert_sign", "crl_sign"},
    "department": {"key_cert_sign", "crl_sign"},
    "seal": {"digital_signature", "non_repudiation"},
}


def issue(
    kind: str,
    key_id: str,
    *,
    subject: Mapping[str, str],
    issuer: Certificate | None,
    at: datetime,
    days: int,
    crl_address: str = "",
) -> Certificate:
    """Issue a certificate for a key, signed with the issuer's key, or with its own for a root.

    `kind` is `root`, `department` or `seal`. `subject` has the names of asn1crypto's x509.Name.build, e.g.
    {"country_name": "CN", "common_name": "…"}. The certificate is valid for `days`, but not longer than its issuer's.
    """
    at = at.replace(microsecond=0)
    until = at + timedelta(days=days)
    if issuer is not None:
        until = min(until, issuer.not_after)
    serial = secrets.randbits(126) | 1 << 126
    name = x509.Name.build(dict(subject))
    public = signing.sm2_public(key_id)
    parent = x509.Certificate.load(bytes(issuer.der)) if issuer else None
    to_sign = x509.TbsCertificate(
        {
            "version": "v3",
            "serial_number": serial,
            "signature": {"algorithm": SM2_WITH_SM3},
            "issuer": parent.subject if parent else name,
            "validity": {"not_before": _time(at), "not_after": _time(until)},
            "subject": name,
            "subject_public_key_info": keys.PublicKeyInfo.load(der.public_key(public)),
            "extensions": _extensions(kind, public, parent, crl_address),
        }
    )
    made = x509.Certificate(
        {
            "tbs_certificate": to_sign,
            "signature_algorithm": {"algorithm": SM2_WITH_SM3},
            "signature_value": signing.sign(issuer.key_id if issuer else key_id, to_sign.dump()),
        }
    )
    return Certificate.objects.create(
        kind=kind,
        key_id=key_id,
        issuer=issuer,
        serial=f"{serial:032x}",
        subject=subject["common_name"],
        not_before=at,
        not_after=until,
        der=made.dump(),
        issued_at=at,
    )


def chain_pem(certificate: Certificate) -> str:
    """Return the certificate and its issuers up to the root, in PEM."""
    parts: list[str] = []
    one: Certificate | None = certificate
    while one is not None:
        parts.append(pem.armor("CERTIFICATE", bytes(one.der)).decode())
        one = one.issuer
    return "".join(parts)


def revocation_list(issuer: Certificate, revoked: Iterable[Certificate], *, at: datetime, days: int) -> bytes:
    """Return the issuer's revocation list (CRL v2, RFC 5280 §5) in DER, valid for `days`."""
    parent = x509.Certificate.load(bytes(issuer.der))
    at = at.replace(microsecond=0)
    entries = [
        {
            "user_certificate": int(one.serial, 16),
            "revocation_date": _time(one.revoked_at.replace(microsecond=0)),
            "crl_entry_extensions": [{"extn_id": "crl_reason", "extn_value": crl.CRLReason(one.revocation)}],
        }
        for one in revoked
        if one.revoked_at is not None
    ]
    to_sign = crl.TbsCertList(
        {
            "version": "v2",
            "signature": {"algorithm": SM2_WITH_SM3},
            "issuer": parent.subject,
            "this_update": _time(at),
            "next_update": _time(at + timedelta(days=days)),
            **({"revoked_certificates": entries} if entries else {}),
            "crl_extensions": [
                {"extn_id": "authority_key_identifier", "extn_value": {"key_identifier": parent.key_identifier}},
                {"extn_id": "crl_number", "extn_value": int(at.timestamp())},
            ],
        }
    )
    signature = signing.sign(issuer.key_id, to_sign.dump())
    whole = crl.CertificateList(
        {"tbs_cert_list": to_sign, "signature_algorithm": {"algorithm": SM2_WITH_SM3}, "signature": signature}
    )
    return bytes(whole.dump())


def _extensions(kind: str, public: bytes, parent: x509.Certificate | None, crl_address: str) -> list[dict[str, object]]:
    constraints: dict[str, bool | int] = {"ca": kind != "seal"}
    if kind == "department":
        constraints["path_len_constraint"] = 0
    found: list[dict[str, object]] = [
        {"extn_id": "basic_constraints", "critical": True, "extn_value": constraints},
        {"extn_id": "key_usage", "critical": True, "extn_value": _USES[kind]},
        {"extn_id": "key_identifier", "extn_value": core.OctetString(primitives.sm3(public)[:20])},
    ]
    if parent is not None:
        found.append({"extn_id": "authority_key_identifier", "extn_value": {"key_identifier": parent.key_identifier}})
    if crl_address:
        place = {"distribution_point": {"full_name": [x509.GeneralName("uniform_resource_identifier", crl_address)]}}
        found.append({"extn_id": "crl_distribution_points", "extn_value": [place]})
    return found


def _time(moment: datetime) -> x509.Time:
    """Encode a moment as UTCTime until 2049 and as GeneralizedTime from 2050 (RFC 5280 §4.1.2.5)."""
    name = "utc_time" if moment.year < 2050 else "general_time"
    return x509.Time(name, moment)
