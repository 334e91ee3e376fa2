"""Root, department and seal certificates, judged by the `openssl` command."""

import shutil
import subprocess
from datetime import timedelta

import pytest
from asn1crypto import crl, pem, x509

from tongban.foundation import clock
from tongban.foundation.errors import Conflict, Invalid, NotFound
from tongban.foundation.ids import new_id
from tongban.trust.crypto import primitives
from tongban.trust.crypto import services as crypto
from tongban.trust.crypto.models import Certificate
from tongban.trust.crypto.services import certificates
from tongban.trust.keys import services
from tongban.trust.ledger import queries as ledger

needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="the openssl command is the judge here")


@pytest.fixture
def seal(department):
    return services.certificate_of(f"seal:{department.id}", department.id)


def loaded(certificate):
    return x509.Certificate.load(bytes(certificate.der))


def openssl(folder, *arguments):
    command = ["openssl", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=20, check=False)
    return done.returncode, done.stdout + done.stderr


def judge(folder, seal):
    """Run `openssl verify` for the department against the root, and for the seal against the department.

    One command is not enough: it applies the signer identity (distid) to the last certificate only.
    """
    for name, one in (("seal", seal), ("department", seal.issuer), ("root", seal.issuer.issuer)):
        (folder / f"{name}.pem").write_bytes(pem.armor("CERTIFICATE", bytes(one.der)))
    command = ("verify", "-vfyopt", "distid:1234567812345678", "-x509_strict")
    steps = [
        openssl(folder, *command, "-CAfile", "root.pem", "department.pem"),
        openssl(folder, *command, "-partial_chain", "-trusted", "department.pem", "seal.pem"),
    ]
    return max(code for code, _ in steps), "".join(said for _, said in steps)


def test_a_seals_certificate_is_issued_by_its_department_below_the_root(department, seal):
    assert [seal.kind, seal.issuer.kind, seal.issuer.issuer.kind] == ["seal", "department", "root"]
    leaf, middle, root = loaded(seal), loaded(seal.issuer), loaded(seal.issuer.issuer)
    assert leaf.public_key.dump()[-65:] == crypto.sm2_public(f"seal:{department.id}")
    assert leaf["signature_algorithm"]["algorithm"].dotted == "1.2.156.10197.1.501"
    assert leaf["tbs_certificate"]["subject_public_key_info"]["algorithm"]["parameters"].chosen.dotted == (
        "1.2.156.10197.1.301"
    )
    assert (leaf.issuer, middle.issuer, root.issuer) == (middle.subject, root.subject, root.subject)
    assert leaf.authority_key_identifier == middle.key_identifier
    assert (leaf.ca, middle.ca, root.ca) == (False, True, True)
    assert (middle.max_path_length, leaf.key_usage_value.native) == (0, {"digital_signature", "non_repudiation"})
    assert len({leaf.serial_number, middle.serial_number, root.serial_number}) == 3
    assert leaf.subject.native["organization_name"] == "市公安局"
    assert seal.not_after <= seal.issuer.not_after <= seal.issuer.issuer.not_after
    for one in (seal, seal.issuer, seal.issuer.issuer):
        assert [entry.type for entry in ledger.entries_of(one.id)] == ["keys.CertificateIssued"]


def test_each_certificate_is_signed_by_its_issuer(seal):
    for one in (seal, seal.issuer, seal.issuer.issuer):
        certificate, above = loaded(one), loaded(one.issuer or one)
        public = above.public_key.dump()[-65:]
        signed = certificate["tbs_certificate"].dump()
        assert crypto.verify(public, signed, certificate["signature_value"].native)
        assert not crypto.verify(public, signed + b"\x00", certificate["signature_value"].native)


def test_a_certificate_is_made_once(department, seal):
    assert services.certificate_of(seal.key_id, department.id).id == seal.id
    services.certify_seal(seal.key_id, department.id)
    assert Certificate.objects.count() == 3


@needs_openssl
@pytest.mark.req("H1")
def test_openssl_verifies_the_chain(seal, tmp_path):
    code, said = judge(tmp_path, seal)
    assert (code, said.strip()) == (0, "department.pem: OK\nseal.pem: OK"), said


@needs_openssl
def test_openssl_refuses_another_root_and_a_changed_certificate(seal, tmp_path):
    other = certificates.issue(
        "root", "ca:other", subject={"common_name": "other"}, issuer=None, at=clock.now(), days=9
    )
    judge(tmp_path, seal)
    (tmp_path / "other.pem").write_bytes(pem.armor("CERTIFICATE", bytes(other.der)))
    command = ("verify", "-vfyopt", "distid:1234567812345678", "-CAfile", "other.pem", "department.pem")
    assert openssl(tmp_path, *command)[0] != 0
    seal.der = bytes(seal.der).replace("电子印章".encode(), "电子印鉴".encode())
    code, said = judge(tmp_path, seal)
    assert code != 0
    assert "certificate signature failure" in said


@needs_openssl
def test_openssl_reads_the_seal_of_a_record_with_the_certificate(seal, tmp_path):
    judge(tmp_path, seal)
    (tmp_path / "record").write_bytes("记录".encode())
    (tmp_path / "signature").write_bytes(crypto.sign(seal.key_id, "记录".encode()))
    command = (
        "pkeyutl -verify -certin -inkey seal.pem -rawin -in record -digest sm3 -sigfile signature"
        " -pkeyopt distid:1234567812345678"
    )
    assert openssl(tmp_path, *command.split())[0] == 0


@needs_openssl
@pytest.mark.req("H1")
def test_a_revoked_certificate_is_on_the_revocation_list(department, seal, guard, tmp_path):
    empty = crl.CertificateList.load(services.revocation_list(seal.issuer_id))
    assert empty["tbs_cert_list"]["revoked_certificates"].native is None
    services.revoke(seal.id, revocation="key_compromise", reason="私钥可能泄露", actor=guard)
    (tmp_path / "list.crl").write_bytes(services.revocation_list(seal.issuer_id))
    code, said = openssl(tmp_path, "crl", "-inform", "DER", "-in", "list.crl", "-noout", "-text")
    assert code == 0
    assert seal.serial.upper() in said
    assert "Key Compromise" in said
    found = crl.CertificateList.load(services.revocation_list(seal.issuer_id))
    [entry] = found["tbs_cert_list"]["revoked_certificates"]
    assert (entry["user_certificate"].native, entry.crl_reason_value.native) == (int(seal.serial, 16), "key_compromise")
    assert found.authority_key_identifier == loaded(seal.issuer).key_identifier
    public = crypto.sm2_public(seal.issuer.key_id)
    assert crypto.verify(public, found["tbs_cert_list"].dump(), found["signature"].native)
    again = services.certificate_of(seal.key_id, department.id)
    assert again.id == seal.id
    assert again.revoked_at is not None
    assert ledger.entries_of(seal.id)[-1].type == "keys.CertificateRevoked"


def test_invalid_revocations_are_refused(seal, guard):
    with pytest.raises(Invalid, match="原因"):
        services.revoke(seal.id, revocation="whim", reason="x", actor=guard)
    with pytest.raises(NotFound):
        services.revoke(new_id(), revocation="superseded", reason="x", actor=guard)
    with pytest.raises(Conflict, match="根证书"):
        services.revoke(seal.issuer.issuer_id, revocation="superseded", reason="x", actor=guard)


def test_an_expired_certificate_is_renewed(department, seal):
    with clock.at_moment(clock.now() + timedelta(days=6 * 365)):
        renewed = services.certificate_of(seal.key_id, department.id)
    assert renewed.id != seal.id
    seal.refresh_from_db()
    assert seal.revocation == "superseded"
    assert renewed.issuer_id == seal.issuer_id


def test_the_key_identifier_is_the_digest_of_the_key(seal):
    public = crypto.sm2_public(seal.key_id)
    assert loaded(seal).key_identifier == primitives.sm3(public)[:20]
