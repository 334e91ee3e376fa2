"""A small city with a row for most addresses, and one client for each kind of person. Several tests ask them all."""

from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.urls.converters import IntConverter

from tests.test_access import patterns
from tongban.exchange.licences.models import Licence
from tongban.foundation import clock
from tongban.foundation.operations.testing import beat, forget_readiness
from tongban.handling.cases import services as cases
from tongban.handling.cases.tests import factories
from tongban.handling.catalog import reading
from tongban.handling.catalog import services as catalog
from tongban.people.datauses import queries as datauses
from tongban.people.identity import queries as identity
from tongban.people.identity import services as identities
from tongban.people.identity.actors import machine
from tongban.people.identity.services.mandates import MandateScope
from tongban.people.identity.testing import signed_in
from tongban.people.organisation import queries as organisation
from tongban.people.organisation import services as organisations
from tongban.people.organisation.rules import ADMINISTRATORS, POST_LABELS, PostKind
from tongban.people.signin.testing import prove_again
from tongban.people.sso import services as sso
from tongban.people.workorders import services as work_orders
from tongban.trust.keys import services as keys
from tongban.trust.ledger.models import Entry
from tongban.trust.ledger.testing import sequence_now

NOBODYS = UUID("0197a000-0000-7000-8000-000000000000")
INSURANCE, CIVIL, BUREAU = "市医疗保障局", "市民政局", "市卫生健康委员会"
"""The department of window and head, another one, and the one that plays the data bureau."""


def helper(city, mother, scope):
    """Return a client that has switched to the mother's name under a mandate of this scope."""
    person = identities.register_person(
        name="罗芳",
        number=city.number(clock.legal_day(clock.now()).replace(year=1986, day=1), "f"),
        division_code="990102", actor=factories.CITY,
    )  # fmt: skip
    until = clock.legal_day(clock.now()) + timedelta(days=30)
    mandate = identities.grant(
        "family", name=person.name, number=person.number, scope=scope, until=until, relation="表妹", actor=mother
    )
    identities.accept(mandate.id, actor=identity.actor_of_subject(person.id), confirmed="face")
    client = signed_in(person.id)
    assert client.post(reverse("identity:principal"), {"principal": f"m-{mandate.id}"}).status_code == 302
    return client, mandate


@pytest.fixture
def world(db):
    """The mother's application, draft, licence, mandates and work order, and one client for each role."""
    city = factories.make_city()
    parents = factories.make_parents(city)
    mother = parents.mother
    application = factories.handled_newborn(mother)
    catalog.publish_item(reading.read(reading.FOLDER / "items" / "HJ-09.yaml").spec, actor=factories.CITY)
    draft = cases.start_draft("HJ-09", kind="item", actor=mother)
    office = organisation.department_named(INSURANCE)
    order = work_orders.raise_order(
        "not-done", text="窗口没有人", post_id=organisation.post_of(office.id, "window").id, actor=mother
    )
    clients = {
        "anonymous": Client(),
        "applicant": signed_in(mother.subject_id),
        "applicant with proof": prove_again(signed_in(mother.subject_id)),
        "other citizen": signed_in(parents.father.subject_id),
        "window": prove_again(signed_in(city.officer(INSURANCE, "window").subject_id)),
        "clerk at a visit": prove_again(signed_in(factories.make_officer(city, INSURANCE, "window").subject_id)),
        "head": prove_again(signed_in(city.officer(INSURANCE, "head").subject_id)),
        "other department": prove_again(signed_in(city.officer(CIVIL, "window").subject_id)),
    }
    clients["helper in scope"], mandate = helper(city, mother, MandateScope("all"))
    clients["helper out of scope"], _ = helper(city, mother, MandateScope("items", ("HJ-08",)))
    bureau, admins = organisation.department_named(BUREAU), {}
    for kind in ADMINISTRATORS:
        post = organisations.establish_post(bureau.id, kind=kind, name=f"{POST_LABELS[kind]}岗", actor=machine("test"))
        person = identities.register_person(name="郑毅", division_code="990100", actor=machine("test"))
        identities.appoint(person.id, post_id=post.id, actor=machine("test"))
        clients[f"{kind.removesuffix('-admin')} admin"] = prove_again(signed_in(person.id))
        admins[kind] = identity.actor_of_subject(person.id)
    person = identity.subject(mother.subject_id)
    seen = {"number": person.number, "name": person.name, "seen": "yes"}
    assert clients["clerk at a visit"].post(reverse("window:visit"), seen).status_code == 302
    sequence_now()
    beat()
    forget_readiness()
    case = factories.case_of(application, "maternity")
    window = organisation.post_of(office.id, "window")
    licence = Licence.objects.exclude(case_number="").order_by("-issued_at").first()
    head = city.officer(INSURANCE, "head")
    seal = keys.certificate_of(f"seal:{office.id}", office.id)
    father = identity.subject(parents.father.subject_id)
    pending = identities.grant(
        "family", name=father.name, number=father.number, scope=MandateScope("all"), relation="丈夫",
        until=clock.legal_day(clock.now()) + timedelta(days=30), actor=mother,
    )  # fmt: skip
    attached = cases.attach(draft.id, "m1", content=factories.PDF, name="身份证.pdf", actor=mother)
    approved = sso.submit_system(draft_of(head, "公积金查询").id, actor=head)
    sso.agree_to_data(approved.id, reason="职责需要", actor=admins[PostKind.SECURITY_ADMIN])
    sso.approve_system(approved.id, reason="符合规定", actor=admins[PostKind.SYSTEM_ADMIN])
    secret, _ = sso.make_secret(approved.id, actor=head)
    in_use = {"system_id": approved.id, "secret_id": secret.id}
    clerk = city.officer(INSURANCE, "window")
    of_room = {
        "desk": {"number": case.number},
        "workorders": {"number": order.number},
        "licences": {"code": licence.verify_code},
        "audit": {},
        "acting:accept": {"mandate_id": pending.id},
        "keys:revoked": {"certificate_id": seal.issuer_id},
        "sso:submissions": {"system_id": draft_of(head, "公积金提取").id},
        **dict.fromkeys(("sso:secrets", "sso:secret-endings", "sso:suspensions", "sso:retirements"), in_use),
        "workorders:acceptances": {"number": answered("not-done", "explained", mother, clerk).number},
        "workorders:closures": {"number": answered("identity-alarm", "unfounded", machine("signin"), clerk).number},
    }
    things = {
        "number": application.number, "case_number": case.number, "code": "HJ-01", "key": "birth", "kind": "bundle",
        "licence_id": licence.id, "department_id": office.id, "post_id": window.id, "level": "data",
        "subject_id": city.officer(INSURANCE, "window").subject_id, "mandate_id": mandate.id,
        "entry_id": Entry.objects.order_by("id").first().id, "material": "m1",
        "draft_id": draft.id, "attachment_id": attached.id, "certificate_id": seal.id,
        "offer_id": identities.offer_post(father.id, post_id=window.id, actor=head).id,
        "use_id": datauses.uses_of(mother.subject_id, filters=datauses.Filters()).rows[0].id,
        "system_id": sso.submit_system(draft_of(head, "公积金贷款").id, actor=head).id,
    }  # fmt: skip
    return clients, things, of_room


def answered(kind, outcome, by, clerk):
    """Return a work order that the clerk has answered."""
    order = work_orders.raise_order(kind, text="请核对", post_id=clerk.posts[0].post_id, actor=by)
    work_orders.take(order.id, actor=clerk)
    return work_orders.answer(order.id, outcome=outcome, text="已经核对", actor=clerk)


def draft_of(head, name):
    """Return a system that the head's department has begun to register."""
    wanted = {
        "name": name, "kind": "web", "purpose": "查询和提取您的住房公积金", "duty": "《住房公积金管理条例》",
        "redirect_uris": ["https://gjj.example/callback"], "post_logout_uris": [], "logout_uri": "",
        "scopes": {"openid": "", "profile": "称呼本人"},
    }  # fmt: skip
    post = head.posts[0]
    return sso.draft_system(post.department_id, contact_id=post.post_id, wanted=wanted, actor=head)


def address_of(name, things, of_room):
    """Return the address of a page with ids of the fixture's rows, or a made-up id where it has no such row."""
    known = things | of_room.get(name.partition(":")[0], {}) | of_room.get(name, {})
    return reverse(
        name,
        kwargs={
            key: known.get(key, 0 if isinstance(converter, IntConverter) else NOBODYS)
            for key, converter in patterns()[name].pattern.converters.items()
        },
    )


@contextmanager
def undone():
    """Roll back what is written inside. Like the block around a test, it does not count for durable blocks."""
    block = transaction.atomic()
    block._from_testcase = True
    with block:
        yield
        transaction.set_rollback(True)
