"""`manage.py keys` does what the key pages do, for operators."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tongban.foundation import clock
from tongban.people.identity import services as identity
from tongban.people.identity.models import Subject
from tongban.people.identity.rules import NUMBER_PURPOSE
from tongban.portal.keys.tests.conftest import BY
from tongban.trust.crypto import indexring, keyring, making
from tongban.trust.crypto.models import DataKey, IndexKey
from tongban.trust.keys import services
from tongban.trust.ledger import queries as ledger
from tongban.trust.ledger.models import Entry

WHY = "满一年例行轮换"


def active(purpose):
    return DataKey.objects.get(purpose=purpose, state="active")


@pytest.mark.usefixtures("_at_once")
def test_it_lists_rotates_and_destroys_keys(guard):
    out = StringIO()
    call_command("keys", "list", stdout=out)
    assert f"{active('identity').id}  data  identity  {making.owner_of('identity')}  SM4-GCM" in out.getvalue()
    assert Entry.objects.filter(type="keys.KeyMade", subject=active("identity").id).exists()
    old = active("identity")
    call_command("keys", "rotate", "--purpose", "identity", "--reason", WHY, stdout=out)
    entry = ledger.entries_of(active("identity").id)[0]
    assert entry.actor.startswith("machine:shell.")
    identity.register_person(name="李文敏", division_code="990102", phone="13812345678", actor=BY)
    call_command("keys", "reseal", "--purpose", "identity", "--batch", "10", "--reason", WHY, stdout=out)
    call_command("keys", "destroy", str(old.id), "--reason", WHY, stdout=out)
    call_command("keys", "list", "--count", stdout=out)
    assert "rows resealed" in out.getvalue()
    assert f"{old.id} destroyed" in out.getvalue()
    with pytest.raises(CommandError, match="没有这个账号"):
        call_command("keys", "rotate", "--reason", WHY, "--login", "nobody")
    with pytest.raises(CommandError, match="理由"):
        call_command("keys", "rotate", "--reason", " ")


@pytest.mark.django_db
@pytest.mark.usefixtures("_at_once")
@pytest.mark.req("D6")
def test_it_reindexes_lists_and_accepts_keys():
    services.rotate("index", reason=WHY, actor=BY)
    IndexKey.objects.filter(number=2).update(current_from=clock.now() - timedelta(minutes=1))
    keyring.forget()
    number = "990102198001010010"
    earlier = identity.register_person(name="李文敏", number=number, division_code="990102", actor=BY)
    under_key_1 = indexring.of_number(1).index(f"{NUMBER_PURPOSE}\x00{number}".encode())
    Subject.objects.filter(id=earlier.id).update(number_index=under_key_1)
    out = StringIO()
    call_command("keys", "reindex", "--reason", WHY, stdout=out)
    assert "1 rows indexed again" in out.getvalue()
    out = StringIO()
    call_command("keys", "list", "--count", stdout=out)
    assert "index  platform  HMAC-SM3  2  active  values 1" in out.getvalue()
    out = StringIO()
    call_command("keys", "accept", "--key", "secret", "--reason", "换了会话密钥", stdout=out)
    assert "accepted" in out.getvalue()
