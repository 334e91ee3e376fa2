"""Two people take each other's phone at the same moment."""

import threading
from contextlib import suppress
from functools import partial

import pytest
from django.db import transaction

from tongban.foundation.testing import together
from tongban.people.identity import queries as identity_queries
from tongban.people.identity import services as identity
from tongban.people.identity.tests.conftest import BY, PASSWORD
from tongban.people.signin.models import Message
from tongban.people.signin.services import holders, new_phones
from tongban.people.signin.tests.conftest import PHONE

OTHER = "13900005679"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("at_window", [False, True])
def test_field_case_two_people_take_each_others_phone_at_once(account, register, monkeypatch, at_window):
    """Field case: each transaction had locked the account that the other one wanted, and the database ended one."""
    subject = register(name="张磊", number="990102199208050014", phone=OTHER)
    made = identity.open_account("zhanglei", password=PASSWORD, subject_id=subject.id, actor=BY)
    other = identity.verify_phone(made.id, phone=OTHER, actor=BY)
    met, take = threading.Barrier(2), holders.take_phone

    def take_and_wait(*given, **more):
        take(*given, **more)
        with suppress(threading.BrokenBarrierError):  # where one waits for the lock of the other
            met.wait(2)

    monkeypatch.setattr(holders, "take_phone", take_and_wait)

    @transaction.atomic
    def swap(one, phone, former):
        if at_window:
            new_phones._give(one, phone, former, BY)
        else:
            holders.replace_phone(one, phone, former=former, how="已经更换", actor=BY)

    answers = together(partial(swap, account, OTHER, other), partial(swap, other, PHONE, account))
    assert answers == [None, None]
    assert identity_queries.account_of(account.id).phone == OTHER
    assert identity_queries.account_of(other.id).phone == PHONE
    told = [sent.text for sent in Message.objects.all() if "您账号的手机号" in sent.text]
    assert len([text for text in told if "新的机主" not in text]) == 1, "the one who was second had lost theirs before"
