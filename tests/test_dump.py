"""A stolen database, log or file reveals nobody: after a full journey everything is dumped and searched for its people.

The search is for names, numbers, phones, addresses and accounts, in plain text, hexadecimal, base64 and JSON escapes,
in each table's own bytes. Sessions are compressed, so they are unpacked first.
"""

import base64
import json
import logging
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection

from tests.api.conftest import ITEM, ApiClient, an_item, token_for
from tongban.demo.journeys import walking
from tongban.foundation.announcements.testing import run_pending_jobs
from tongban.foundation.ids import new_id
from tongban.foundation.testing import build_again
from tongban.handling.cases.models import Application
from tongban.handling.cases.tests import factories
from tongban.handling.catalog import services as catalog
from tongban.people.identity.models import Subject
from tongban.people.identity.testing import signed_in
from tongban.people.signin.testing import prove_again

STREET = "柳荫路"
WRITTEN = {"mailing_address", "bank_account", "contact_phone"}


def forms_of(text: str) -> set[bytes]:
    """Return every form in which the text may appear in a dump, except forms so short that chance produces them.

    A name of two characters has four bytes in UTF-16. In three megabytes of encrypted bytes these appear by chance in
    one dump of a thousand.
    """
    plain = text.encode()
    forms = {plain, plain.hex().encode(), plain.hex().upper().encode(), text.encode("utf-16-le")}
    forms.add(json.dumps(text).strip('"').encode())
    for shift in range(3):  # base64 has three forms, by where the text begins in its group of three bytes
        packed = base64.b64encode(b"\0" * shift + plain)
        first = {0: 0, 1: 2, 2: 3}[shift]
        last = -4 if (shift + len(plain)) % 3 else len(packed)
        core = packed[first:last]
        forms |= {core, core.replace(b"+", b"-").replace(b"/", b"_")} if len(core) >= 8 else set()
    return {form for form in forms if len(form) >= 6}


def dump() -> dict[str, bytes]:
    """Return every table of every schema in PostgreSQL's binary format: texts as UTF-8, encrypted columns as stored."""
    found = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT LIKE 'pg\\_%'")
        for schema, table in cursor.fetchall():
            if schema == "information_schema":
                continue
            with cursor.cursor.copy(f'COPY "{schema}"."{table}" TO STDOUT (FORMAT BINARY)') as out:
                found[table] = b"".join(bytes(part) for part in out)
    found["sessions, unpacked"] = repr([one.get_decoded() for one in Session.objects.all()]).encode()
    return found


def people() -> dict[str, str]:
    """Return the personal texts of everybody in the city by their kind."""
    wanted = {}
    for subject in Subject.objects.filter(kind="person"):
        wanted |= {f"name {subject.name}": subject.name, f"number {subject.number}": subject.number}
        wanted[f"phone {subject.phone}"] = subject.phone
    return {what: text for what, text in wanted.items() if text} | {
        **{key: value for key, value in factories.ANSWERS.items() if key in WRITTEN},
        "street": STREET,
        "child": "张" + factories.ANSWERS["given_name"],
        "given name": factories.ANSWERS["given_name"],
    }


def leaks(places: dict[str, bytes], wanted: dict[str, str]) -> list[str]:
    return [
        f"{what} in {place}"
        for what, text in wanted.items()
        for form in sorted(forms_of(text))
        for place, content in places.items()
        if form in content
    ]


def walk(city: factories.City, parents: factories.Parents) -> Application:
    """Run the newborn's journey through every entrance: pages, programming interface, window, desk, wallet, search."""
    mother = signed_in(parents.mother.subject_id)
    application = factories.submitted_newborn(parents.mother, uploads=())
    run_pending_jobs()
    case = factories.case_of(application, "maternity")
    officer = signed_in(city.officer("市医疗保障局", "window").subject_id)
    officer.get(f"/desk/cases/{case.number}/")
    whole, typed = f"/desk/cases/{case.number}/whole/", {"reason": "核对李文敏的收款账户"}
    assert officer.post(whole, typed).status_code == 302, "a second factor first; what was typed is kept in the session"
    shown = prove_again(officer).post(whole, typed)
    assert "李文敏" in shown.content.decode(), "the page shows what the dump must not"
    walking.work_at_desks(application, lambda line: None)
    run_pending_jobs()
    application.refresh_from_db()
    assert application.state == "closed"
    assert walking.all_verify(application, lambda line: None)
    for address in ("/my/", f"/applications/{application.number}/", "/wallet/", "/my/data-uses/"):
        assert mother.get(address).status_code == 200
    for words in ("李文敏", "柳荫路 8 号", "990102199403121228"):
        mother.get("/search/", {"q": words})
    father = ApiClient(token_for(parents.father.subject_id))
    catalog.publish_item(an_item(), actor=factories.CITY)
    made = father.post("/applications", {"service": ITEM, "kind": "item"}, Idempotency_Key=str(new_id()))
    assert made.status_code == 201, made.content
    clerk = signed_in(city.officer("市公安局", "window").subject_id)
    person = Subject.objects.get(id=parents.father.subject_id)
    typed = {"number": person.number, "name": person.name, "seen": "yes", "phone": "13900001234"}
    assert clerk.post("/desk/window/", typed).status_code == 302
    return application


@pytest.mark.req("D6")
@pytest.mark.django_db
def test_a_dump_logs_and_files_reveal_nobody(caplog):
    caplog.set_level(logging.DEBUG)
    cache.clear()
    build_again()
    city = factories.make_city()
    parents = factories.make_parents(city)
    walk(city, parents)
    wanted, places = people(), dump()
    assert len(places) > 40
    assert len(wanted) > 20
    assert leaks(places, wanted) == []
    assert leaks({"the log": caplog.text.encode()}, wanted) == []
    stored = {str(path): path.read_bytes() for path in Path(settings.FILE_FOLDER).rglob("*") if path.is_file()}
    assert stored, "results were rendered and stored"
    assert leaks(stored | {"names of files": "\n".join(stored).encode()}, wanted) == []


def test_the_search_finds_planted_clear_text():
    """Run the same search with planted text, because a test that cannot fail proves nothing."""
    places = {
        "utf-8": "王小明".encode(),
        "hex": "王小明".encode().hex().encode(),
        "json": json.dumps({"name": "王小明"}).encode(),
        **{f"base64 {i}": base64.b64encode(b"x" * i + "王小明".encode() + b"y") for i in range(3)},
    }
    assert {leak.partition(" in ")[2] for leak in leaks(places, {"name": "王小明"})} == set(places)
