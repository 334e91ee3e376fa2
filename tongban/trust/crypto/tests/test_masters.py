"""The places of a master key: the environment, a file that only its owner can read, a hardware module (SDF)."""

import secrets
import shutil
import subprocess
from pathlib import Path

import pytest

from tongban.trust.crypto import masters
from tongban.trust.crypto.errors import CryptoUnavailable, KeyUnavailable, Tampered
from tongban.trust.crypto.masters.software import SoftwareMaster, from_file, from_text

SECRET, OTHER = secrets.token_hex(32), secrets.token_hex(32)


@pytest.fixture
def configured(settings):
    """Change the settings and read them again; the original master keys are restored afterwards."""

    def configure(**values):
        for name, value in values.items():
            setattr(settings, name, value)
        masters.forget()
        return masters.masters()

    yield configure
    masters.forget()


@pytest.fixture
def key_file(tmp_path):
    path = tmp_path / "master.key"
    path.write_text(f"{SECRET}\n{OTHER}\n")
    path.chmod(0o600)
    return path


def test_a_master_key_opens_what_it_sealed_for_the_same_place():
    master = SoftwareMaster(b"\x01" * 32, source="file")
    sealed = master.seal(b"secret", b"row")
    assert master.open(sealed, b"row") == b"secret"
    for wrong, place in ((sealed, b"other"), (sealed[:-1], b"row"), (b"", b"row"), (b"\x00" + sealed[1:], b"row")):
        with pytest.raises(Tampered):
            master.open(wrong, place)
    assert "01" * 4 not in repr(master)


def test_a_file_may_contain_several_keys_and_the_first_one_seals(key_file):
    assert [master.label for master in from_file(str(key_file))] == [
        master.label for master in from_text(f"{SECRET},{OTHER}", source="x")
    ]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660, 0o610])
def test_a_file_that_others_may_read_is_refused(key_file, mode):
    key_file.chmod(mode)
    with pytest.raises(CryptoUnavailable, match="chmod 600"):
        from_file(str(key_file))


@pytest.mark.parametrize("text", ["", "zz" * 32, "ab" * 31, "\n"])
def test_a_malformed_key_is_refused_and_not_shown(key_file, text):
    key_file.write_text(text)
    with pytest.raises(CryptoUnavailable, match="64 hexadecimal") as refused:
        from_file(str(key_file))
    assert not text.strip() or text.strip() not in str(refused.value)


def test_a_comma_after_the_last_key_is_not_another_key():
    assert len(from_text(f"{SECRET},", source="x")) == 1


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(CryptoUnavailable, match="No such file"):
        from_file(str(tmp_path / "none"))


def test_no_master_key_at_all_is_refused(configured):
    with pytest.raises(CryptoUnavailable, match="TONGBAN_MASTER_KEY_FILE"):
        configured(DATA_KEY="", MASTER_KEY="", MASTER_KEY_FILE="")


def test_the_first_configured_key_seals_and_all_keys_open(configured, key_file, settings):
    sealed = masters.seal(b"secret", bound_to=b"row")
    found = configured(MASTER_KEY_FILE=str(key_file), MASTER_KEY=OTHER)
    assert [master.source for master in found] == ["file", "file", "environment", "data-key"]
    assert masters.unseal(sealed, bound_to=b"row") == b"secret"
    assert masters.seal(b"x", bound_to=b"row")[:8] == found[0].label
    configured(DATA_KEY="")
    with pytest.raises(KeyUnavailable):
        masters.unseal(sealed, bound_to=b"row")


def test_a_weak_key_is_accepted_only_to_replace_it(settings):
    weak = "5e" * 32
    with pytest.raises(CryptoUnavailable, match="pattern"):
        from_text(f"{SECRET},{weak}", source="x")
    settings.REPLACES_WEAK_KEYS = True
    assert len(from_text(f"{SECRET},{weak}", source="x")) == 2
    for text in ("", "zz" * 32, "5e" * 31, f"{weak},5e"):
        with pytest.raises(CryptoUnavailable, match="64 hexadecimal"):
            from_text(text, source="x")


@pytest.mark.django_db
def test_a_weak_key_can_be_replaced_by_a_strong_one(configured):
    from tongban.trust.crypto import keyring, making, services

    weak = "5e" * 32
    configured(MASTER_KEY=weak, REPLACES_WEAK_KEYS=True)
    making.adopt_master_key(by="machine:test")
    sealed = services.encrypt(b"one", bound_to=b"row", purpose="ledger")
    found = configured(MASTER_KEY=f"{SECRET},{weak}", DATA_KEY="")
    row, count = making.adopt_master_key(by="machine:test")
    assert (bytes(row.label), count > 5) == (found[0].label, True)
    configured(MASTER_KEY=SECRET, REPLACES_WEAK_KEYS=False)  # the weak key is no longer needed
    keyring._ring.opened.clear()
    assert services.decrypt(sealed, bound_to=b"row") == b"one"
    keyring.forget()


@pytest.fixture(scope="module")
def module(tmp_path_factory):
    """A small library with the interface of GM/T 0018, compiled here, whose 'device' is in its memory."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler here: the SDF stub cannot be built")
    library = tmp_path_factory.mktemp("sdf") / "libsdfstub.so"
    source = Path(__file__).with_name("sdf_stub.c")
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", str(library), str(source)], check=True, timeout=60)
    return str(library)


@pytest.mark.req("H1")
def test_a_hardware_module_keeps_the_master_key(module):
    from tongban.trust.crypto.masters.sdf import SdfMaster

    master = SdfMaster(module, 1)
    for plain in (b"", b"k" * 16, b"secret of the department", bytes(range(256))):
        sealed = master.seal(plain, b"row")
        assert plain == b"" or plain not in sealed
        assert master.open(sealed, b"row") == plain
        assert SdfMaster(module, 1).open(sealed, b"row") == plain
    sealed = master.seal(b"secret", b"row")
    assert sealed != master.seal(b"secret", b"row")
    for position in range(len(sealed)):
        changed = bytearray(sealed)
        changed[position] ^= 1
        with pytest.raises((Tampered, KeyUnavailable)):
            master.open(bytes(changed), b"row")
    for length in range(len(sealed)):
        with pytest.raises((Tampered, KeyUnavailable)):
            master.open(sealed[:length], b"row")
    with pytest.raises(Tampered):
        master.open(sealed, b"other row")


def test_a_module_without_the_key_or_the_function_is_refused(module):
    from tongban.trust.crypto.masters.sdf import SdfMaster

    with pytest.raises(KeyUnavailable) as refused:
        SdfMaster(module, 99).seal(b"secret", b"row")
    assert "SDF_GenerateKeyWithKEK answered" in str(refused.value.__cause__)
    with pytest.raises(CryptoUnavailable, match="cannot be used"):
        SdfMaster("/nonexistent.so", 1)
    with pytest.raises(CryptoUnavailable, match="cannot be used"):
        SdfMaster("libc.so.6", 1)


@pytest.mark.django_db
def test_the_hierarchy_moves_into_the_module(module, configured):
    from tongban.trust.crypto import keyring, making, services

    sealed = services.encrypt(b"one", bound_to=b"row", purpose="ledger")
    configured(HSM_LIBRARY=module, HSM_KEY_INDEXES=[1])
    row, count = making.adopt_master_key(by="machine:test")
    assert (row.source, count > 5) == ("hsm", True)
    configured(DATA_KEY="")  # nothing is needed from the environment any longer
    keyring._ring.opened.clear()
    assert services.decrypt(sealed, bound_to=b"row") == b"one"
    keyring.forget()
