"""Codes and numbers that open something cannot be guessed; sharing an address with a guesser blocks nobody."""

import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, transaction
from django.test import Client, RequestFactory
from django.urls import reverse

from tests.api.conftest import ApiClient
from tests.waiting import until
from tongban.exchange.licences.models import Licence
from tongban.foundation import clock
from tongban.foundation.errors import NotFound
from tongban.foundation.testing import together
from tongban.handling.cases.tests import factories
from tongban.people.api import guesses
from tongban.people.api.allowance import COUNTS
from tongban.people.api.models import AskedFor
from tongban.people.identity.testing import signed_in
from tongban.people.signin.testing import prove_again

pytestmark = pytest.mark.req("H2")


@pytest.fixture
def half_past():
    with clock.at_moment(clock.now().replace(second=30, microsecond=0)) as moment:
        yield moment


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(guesses, "OF_ONE", 3)


@pytest.mark.django_db
def test_wrong_codes_end_with_a_message_and_the_time_to_wait(few, half_past):
    wrong = Client().get("/verify/" + "A" * 22 + "/")
    assert wrong.status_code == 404
    assert Client().post("/verify/", {"code": "B" * 22}).status_code == 422
    assert Client().get("/verify/" + "C" * 22 + "/issuer-key.pem").status_code == 404
    for answer in (
        Client().get("/verify/" + "D" * 22 + "/"),
        Client().post("/verify/", {"code": "E" * 22}),
        Client().get("/verify/" + "F" * 22 + "/issuer-key.pem"),
        Client().get("/verify/" + "G" * 22 + "/seal-certificate/"),
        ApiClient().send("POST", "/verification", {"code": "H" * 22}),
    ):
        assert answer.status_code == 429
        assert answer["Retry-After"] == "30"
        assert "30 秒后再试" in answer.content.decode()
    assert Client(REMOTE_ADDR="203.0.113.9").get("/verify/" + "A" * 22 + "/").status_code == 404
    with clock.at_moment(clock.now() + timedelta(seconds=30)):
        assert Client().get("/verify/" + "A" * 22 + "/").status_code == 404
    assert not any("127.0.0.1" in whose for whose in AskedFor.objects.values_list("whose", flat=True))


@pytest.mark.django_db
def test_a_successful_look_up_is_not_counted(few):
    factories.make_parents(factories.make_city())
    licence = Licence.objects.first()
    for _ in range(6):
        assert Client().get(reverse("licences:verify", args=[licence.verify_code])).status_code == 200
    assert set(AskedFor.objects.values_list("requests", flat=True)) == {0}


@pytest.mark.django_db
def test_an_ipv6_network_counts_as_one_caller_and_the_total_is_limited(half_past):
    requests = [RequestFactory().get("/", REMOTE_ADDR=f"2001:db8:1:2::{n:x}") for n in range(1, 4)]
    for request in requests[:2]:
        with pytest.raises(NotFound), guesses.guessing(request, "x", of_one=2, of_all=100):
            raise NotFound()
    with pytest.raises(guesses.TooManyGuesses), guesses.guessing(requests[2], "x", of_one=2, of_all=100):
        raise AssertionError("looked up")
    elsewhere = RequestFactory().get("/", REMOTE_ADDR="198.51.100.7")
    with pytest.raises(guesses.TooManyGuesses), guesses.guessing(elsewhere, "x", of_one=2, of_all=3):
        raise AssertionError("looked up")


@pytest.mark.django_db(transaction=True)
def test_parallel_guesses_do_not_exceed_the_limit(half_past):
    """Each waits for the others before it looks anything up: if guesses were counted afterwards, all would pass."""
    now = clock.now()

    def guess():
        with clock.at_moment(now), guesses.guessing(RequestFactory().get("/"), "y", of_one=4, of_all=100):
            raise NotFound()

    refusals = Counter(type(one) for one in together(*[guess] * 12))
    assert refusals == {NotFound: 4, guesses.TooManyGuesses: 8}


@pytest.mark.django_db(transaction=True)
def test_returning_a_count_does_not_deadlock_with_a_try():
    """Both lock the caller's row before the common one, wherever the rows are stored; otherwise they would deadlock."""
    minute, keys, said = 1, ("z: a caller", "a: all"), []
    COUNTS.add(minute, keys[1])
    COUNTS.add(minute, keys[0])  # after the common row in the table and in its index

    def give_back():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            backends.append(cursor.fetchone()[0])
        try:
            COUNTS.give_back(minute, keys)
            said.append("given back")
        except OperationalError as refused:
            said.append(str(refused))
        finally:
            connection.close()

    def waits():
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted AND pid = ANY(%s)", [backends])
            return cursor.fetchone()[0]

    backends, thread = [], threading.Thread(target=give_back)
    with transaction.atomic():
        COUNTS.add(minute, keys[0])
        thread.start()
        until(lambda: backends and waits())
        assert COUNTS.add(minute, keys[1]) == {keys[1]: 2}
    thread.join(60)
    assert said == ["given back"]
    assert dict(AskedFor.objects.values_list("whose", "requests")) == {keys[0]: 1, keys[1]: 1}


@pytest.mark.django_db
def test_numbers_cannot_be_guessed_by_granting_mandates(few, half_past):
    parents = factories.make_parents(factories.make_city())
    mother = prove_again(signed_in(parents.mother.subject_id))
    wanted = {"kind": "family", "name": "张磊", "reach": "all", "relation": "丈夫"}
    wanted["until"] = (clock.legal_day(clock.now()) + timedelta(days=9)).isoformat()
    from tongban.portal.acting.views import giving

    for number in range(giving.MOST_TRIES):
        wrong = mother.post("/mandates/new/", wanted | {"number": f"99010219920805{number:04}"})
        assert wrong.status_code == 422
    stopped = mother.post("/mandates/new/", wanted | {"number": "990102199208059999"})
    assert (stopped.status_code, stopped["Retry-After"]) == (429, "30")


@pytest.mark.django_db
def test_an_unknown_kind_of_mandate_is_reported():
    parents = factories.make_parents(factories.make_city())
    mother = prove_again(signed_in(parents.mother.subject_id))
    answer = mother.post("/mandates/new/", {"kind": "no-such-thing", "name": "张磊", "number": "1", "reach": "all"})
    assert answer.status_code == 422
    assert "请从列出的代办方式里选一种" in answer.content.decode()
