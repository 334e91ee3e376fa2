"""`bench crypto`: the cost of encrypted fields, compared with plain fields and with bare SM4-GCM."""

import hashlib
import os
from collections.abc import Callable, Sequence
from statistics import median
from time import process_time

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import GCM
from django.apps.registry import Apps
from django.conf import settings
from django.db import connection, models, transaction

from tongban.bench.figures import Figures, ratio
from tongban.bench.problems import Problems
from tongban.foundation.ids import new_id
from tongban.trust.crypto import queries, services
from tongban.trust.crypto.fields import EncryptedTextField
from tongban.trust.crypto.hashers import PBKDF2SM3PasswordHasher
from tongban.trust.crypto.primitives import provider, sm2_digest
from tongban.trust.crypto.providers import sm9

ROWS = 500
VALUES = ("李文敏", "13812345678", "云州市东湖区柳岸街道12号3单元401")
TABLES = """
CREATE TEMP TABLE bench_sealed (id uuid PRIMARY KEY, name bytea, phone bytea, address bytea) ON COMMIT DROP;
CREATE TEMP TABLE bench_open (id uuid PRIMARY KEY, name text, phone text, address text) ON COMMIT DROP;
"""


APART = Apps()
"""Keeps the models of the temporary tables out of Django's list, from which keys learn which tables are sealed."""


class _Sealed(EncryptedTextField):
    purpose = "general"


class SealedRow(models.Model):
    """A row with encrypted fields in a temporary table."""

    id = models.UUIDField(primary_key=True, default=new_id)
    name = _Sealed()
    phone = _Sealed()
    address = _Sealed()

    class Meta:
        app_label = "bench"
        apps = APART
        db_table = "bench_sealed"
        managed = False

    def __str__(self) -> str:
        return str(self.id)


class OpenRow(models.Model):
    """The same row with plain fields."""

    id = models.UUIDField(primary_key=True, default=new_id)
    name = models.TextField()
    phone = models.TextField()
    address = models.TextField()

    class Meta:
        app_label = "bench"
        apps = APART
        db_table = "bench_open"
        managed = False

    def __str__(self) -> str:
        return str(self.id)


def run(problems: Problems, *, times: int = 60) -> Figures:
    """Measure the processor time of this process in microseconds: the median of `times` // 10 rounds, at least 3.

    A ratio of 1 is as fast as the bare primitive. The database's own time is not included. Nothing remains except a key
    pair named `bench`.
    """
    rounds = max(3, times // 10)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(TABLES)
        found = {"bench": "crypto", **_rows(rounds, problems), **_values(rounds, problems)}
        transaction.set_rollback(True)
    return {**found, **_signatures(rounds, problems), **_wrapping(rounds, problems), **_passwords(problems)}


def _rows(rounds: int, problems: Problems) -> Figures:
    found: Figures = {"fields_per_row": len(VALUES)}
    for name, acts in (
        ("row_written", (_write(SealedRow), _write(OpenRow), _bare_encrypt)),
        ("row_read", (_read(SealedRow), _read(OpenRow), _bare_decrypt)),
    ):
        sealed, in_the_open, bare = _race(acts, rounds)
        found[name] = {
            "encrypted_us": _us(sealed, ROWS),
            "open_us": _us(in_the_open, ROWS),
            "bare_sm4_gcm_us": _us(bare, ROWS),
            "overhead_us": _us(sealed - in_the_open, ROWS),
            "ratio_to_open_row": ratio(in_the_open, sealed),
            "overhead_ratio_to_bare": ratio(bare, sealed - in_the_open),
        }
    for model in (SealedRow, OpenRow):
        rows = _read(model)()
        problems.expect(rows == [VALUES] * ROWS, f"{len(rows)} rows of {model.__name__} are not what was written")
    return found


def _values(rounds: int, problems: Problems) -> Figures:
    plain = [value.encode() for value in VALUES * ROWS]
    sealed = [services.encrypt(value, bound_to=b"row") for value in plain]
    opened = [services.decrypt(value, bound_to=b"row") for value in sealed]
    problems.expect(opened == plain and sealed != plain, "what was decrypted is not what was encrypted")
    return {
        "encrypt": _pair(
            lambda: [services.encrypt(value, bound_to=b"row") for value in plain], _bare_encrypt, rounds, len(plain)
        ),
        "decrypt": _pair(
            lambda: [services.decrypt(value, bound_to=b"row") for value in sealed], _bare_decrypt, rounds, len(plain)
        ),
    }


def _signatures(rounds: int, problems: Problems) -> Figures:
    engine, times, data = provider(), 200, os.urandom(300)
    private, public = engine.generate()
    digest = sm2_digest(public, data)
    signature = engine.sign_digest(private, public, digest)
    services.sign("bench", data)
    ours, own = services.sign("bench", data), services.public_key("bench")
    problems.expect(bool(services.verify(own, data, ours)), "a signature does not verify")
    problems.expect(not services.verify(own, data + b"!", ours), "a signature verifies for other data")
    pairs = {
        "sm2_sign": (lambda: services.sign("bench", data), lambda: engine.sign_digest(private, public, digest)),
        "sm2_verify": (
            lambda: services.verify(own, data, ours),
            lambda: engine.verify_digest(public, digest, signature),
        ),
    }
    return {
        "engine": engine.name,
        **{name: _pair(_many(pair[0], times), _many(pair[1], times), rounds, times) for name, pair in pairs.items()},
    }


def _wrapping(rounds: int, problems: Problems) -> Figures:
    row = queries.active_key("department", "general")
    assert isinstance(row, queries.DepartmentKey)
    secret, public = sm9.generate()
    private, key = sm9.extract(secret, "bench"), os.urandom(16)
    wrapped, bare = services.wrap(row.identity, key), sm9.wrap(public, "bench", key)
    problems.expect(services.unwrap(row.identity, wrapped) == key, "a key changed when it was wrapped")
    return {
        "sm9_wrap": _pair(
            _many(lambda: services.wrap(row.identity, key), 10),
            _many(lambda: sm9.wrap(public, "bench", key), 10),
            rounds,
            10,
        ),
        "sm9_unwrap": _pair(
            _many(lambda: services.unwrap(row.identity, wrapped), 10),
            _many(lambda: sm9.unwrap(private, "bench", bare), 10),
            rounds,
            10,
        ),
    }


def _passwords(problems: Problems) -> Figures:
    count, hasher = settings.PASSWORD_ITERATIONS, PBKDF2SM3PasswordHasher()
    encoded = hasher.encode("correct horse 9", "salt")
    problems.expect(hasher.verify("correct horse 9", encoded), "the hash refuses its password")
    figures = _pair(
        lambda: hasher.encode("correct horse 9", "salt"),
        lambda: hashlib.pbkdf2_hmac("sm3", b"correct horse 9", b"salt", count),
        2,
        1,
    )
    return {"pbkdf2_sm3": {"iterations": count, **figures}}


def _write(model: type[models.Model]) -> Callable[[], object]:
    def write() -> None:
        model._default_manager.all().delete()
        model._default_manager.bulk_create(
            model(**dict(zip(("name", "phone", "address"), VALUES, strict=True))) for _ in range(ROWS)
        )

    return write


def _read(model: type[SealedRow] | type[OpenRow]) -> Callable[[], list[tuple[str, ...]]]:
    return lambda: [(row.name, row.phone, row.address) for row in model._default_manager.all()]


_CIPHER, _IV, _PLAIN = SM4(b"k" * 16), b"i" * 12, [value.encode() for value in VALUES]


def _bare_encrypt() -> list[tuple[bytes, bytes, bytes]]:
    """Encrypt the values of all rows with the bare primitive."""
    made = []
    for plain in _PLAIN * ROWS:
        encryptor = Cipher(_CIPHER, GCM(_IV)).encryptor()
        encryptor.authenticate_additional_data(b"row")
        made.append((encryptor.update(plain), encryptor.finalize(), encryptor.tag))
    return made


def _bare_decrypt() -> list[bytes]:
    opened = []
    for ciphertext, _, tag in _SEALED * ROWS:
        decryptor = Cipher(_CIPHER, GCM(_IV, tag)).decryptor()
        decryptor.authenticate_additional_data(b"row")
        opened.append(decryptor.update(ciphertext) + decryptor.finalize())
    return opened


_SEALED = _bare_encrypt()[: len(VALUES)]


def _pair(ours: Callable[[], object], bare: Callable[[], object], rounds: int, times: int) -> Figures:
    took, bare_took = _race((ours, bare), rounds)
    return {
        "us": _us(took, times),
        "per_second": round(times / took),
        "bare_us": _us(bare_took, times),
        "ratio": ratio(bare_took, took),
    }


def _many(act: Callable[[], object], times: int) -> Callable[[], object]:
    return lambda: [act() for _ in range(times)]


def _race(acts: Sequence[Callable[[], object]], rounds: int) -> list[float]:
    """Run the functions in turn. Return the median processor seconds of each, because other programs run as well."""
    taken: list[list[float]] = [[] for _ in acts]
    for _ in range(rounds + 1):
        for act, mine in zip(acts, taken, strict=True):
            began = process_time()
            act()
            mine.append(process_time() - began)
    return [median(mine[1:]) for mine in taken]


def _us(seconds: float, count: int) -> float:
    return round(seconds / count * 1e6, 1)
