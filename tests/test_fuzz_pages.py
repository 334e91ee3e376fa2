"""Every page under hostile input: each kind of person sends nonsense to every address, and nothing crashes.

The input is the same in every run. Each field that a page or its code knows is missing, unknown, doubled, far too long,
a NUL, a lone surrogate, a huge number, of another type, or an id that nobody owns: all at once, and alone among valid
values if the page shows the field or was seen to read it. Each request is rolled back, so that none depends on another.
"""

import inspect
import re
from collections.abc import Set
from functools import cache
from itertools import chain
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signals import got_request_exception
from django.forms import BaseForm
from django.http import QueryDict
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import resolve, reverse
from django.utils.datastructures import MultiValueDict

from tests.test_access import patterns
from tests.world import INSURANCE, NOBODYS, address_of, undone, world  # noqa: F401
from tongban.foundation.codes import credit_code_check
from tongban.handling.cases.models import Step
from tongban.handling.cases.tests import factories
from tongban.people.identity import queries as identity
from tongban.people.identity import services as identities
from tongban.people.identity.testing import signed_in
from tongban.people.organisation import queries as organisation
from tongban.people.signin.testing import prove_again

HUGE = "9" * 4400
MARKUP = b"<b>'\"%s{{"
ATTACKS = {
    "unknown": "no-such-thing",
    "empty": "",
    "doubled": ["yes", "no-such-thing"],
    "overlong": "长" * 4_000,
    "NUL": "a\x00b",
    "surrogate": "a\ud800b",
    "replaced": "a\ufffdb",
    "huge": HUGE,
    "beyond a column": "99999999999999999999",
    "negative": "-1",
    "not finite": "Infinity",
    "JSON": '{"a": [1, null]}',
    "nobody's": str(NOBODYS),
    "no UUID": "0197a000-0000-7000-8000-00000000000g",
    "other digits": "٣²",
    "no day": "2026-02-30",
    "first year": "0001-01-01",
    "last year": "9999-12-31",
    "bidirectional": "\u202e\u2066\ufeff",
    "markup": "<b>'\"%s{{7*7}}\r\nX-Injected: 1",
    "elsewhere": "//evil.example/\\@x", "no address": "http://[::1",
    "deep JSON": "[" * 3_000,
    "half in JSON": '{"id": "\\ud800", "rawId": "\\ud800", "type": "public-key", "response": 1}',
    "not JSON": '{"id": NaN}',
}  # fmt: skip
RIGHT = {
    "name": "李文敏", "number": "990102199403120026", "reason": "核对材料", "text": "窗口没有人在",
    "phone": "13900001234",
    "next": "/", "page": "1", "until": "2027-01-01", "reach": "all", "relation": "朋友", "kind": "family", "q": "出生",
    "opinion": "同意", "level": "5", "login_name": "somebody", "password": "a long one 1", "code": "123456",
}  # fmt: skip
"""What a field takes, where the page does not say it itself."""
SIGN_OUT = {"account_logout", "sso:logout", "sso:logout-confirmed"}
READ = re.compile(r"""(?:GET|POST|FILES|wanted|data|given)(?:\.getlist|\.get)?[\[(]\s*["']([\w.-]+)["']""")
FIELD = re.compile(r"""<(?:input|select|textarea|button)\b[^>]*?\bname="([^"]+)"[^>]*>""")
VALUE = re.compile(r"""\bvalue="([^"]*)\"""")


@cache
def names_in(module: str) -> frozenset[str]:
    """Return the names that a room's code reads from a request, and the fields of its forms."""
    folder = Path(module).parent
    room = folder.parent if folder.name == "views" else folder
    found = {name for path in [*room.glob("*.py"), *room.glob("views/*.py")] for name in READ.findall(path.read_text())}
    return frozenset(found)


def names_of(view, page: str) -> list[str]:
    inner = inspect.unwrap(getattr(view, "view_class", view))
    module = inspect.getmodule(inner)
    forms = {
        name
        for one in vars(module).values()
        if isinstance(one, type) and issubclass(one, BaseForm)
        for name in getattr(one, "base_fields", {})
    }
    ours = module.__name__.startswith("tongban.")
    return sorted(forms | (names_in(module.__file__) if ours else set()) | set(FIELD.findall(page)))


def defaults(page: str) -> dict[str, str]:
    found = {}
    for tag in re.finditer(FIELD, page):
        value = VALUE.search(tag[0])
        found.setdefault(tag[1], value[1] if value else "")
    return found


@pytest.fixture
def everybody(world):  # noqa: F811
    """The access matrix's data, plus somebody who acts for a firm, and rows to act upon."""
    clients, things, of_room = world
    mother = identity.subject(signed_in_subject(clients["applicant"]))
    body = "91990102MA0000015"
    firm = identities.register_organisation(
        name="云江科技有限公司", number=body + credit_code_check(body), division_code="990102", actor=factories.CITY
    )
    identities.entitle_representative(firm.id, person_id=mother.id, actor=factories.CITY)
    clients["firm"] = signed_in(mother.id)
    assert clients["firm"].post(reverse("identity:principal"), {"principal": str(firm.id)}).status_code == 302
    pending = of_room.pop("acting:accept")
    step = Step.objects.filter(state="open", case__department_id=things["department_id"]).earliest("id")
    of_room["desk"] |= {"number": step.case.number}
    post = organisation.post_of(organisation.department_named(INSURANCE).id, "window")
    plausible = RIGHT | {
        "step": str(step.id), "principal": str(firm.id), "child": str(NOBODYS), "post": str(post.id),
        "mandate": str(pending["mandate_id"]), "need": "wanted", "outcome": "grant", "confirmed": "yes",
    }  # fmt: skip
    for client in clients.values():
        client.raise_request_exception = False
        if "_auth_user_id" in client.session:
            prove_again(client)
    return clients, things | pending, of_room, plausible


def signed_in_subject(client):
    from tongban.people.identity.models import Account

    return Account.objects.get(id=client.session["_auth_user_id"]).subject_id


class Attacker:
    """Sends requests, rolls them back, and collects the answers that should not have been given."""

    def __init__(self):
        self.failures: dict[str, str] = {}
        self.asked = 0
        self.read: set[str] = set()
        """Names of fields that the code has looked up in a request."""
        got_request_exception.connect(self._note)
        self._raised = ""

    def close(self):
        got_request_exception.disconnect(self._note)

    def _note(self, sender, request=None, **given):
        import traceback

        self._raised = "".join(traceback.format_exc().splitlines(keepends=True)[-7:])

    def send(self, what: str, client: Client, method: str, address: str, data="", content_type="", **headers):
        self.asked += 1
        self._raised = ""
        cookies = client.cookies.copy()
        with undone():
            given = {"content_type": content_type} if content_type else {}
            answer = client.generic(method, address, data, **given, **headers)
            self._look(what, answer)
            if answer.status_code == 302 and answer["Location"].startswith("/") and "POST" in method:
                self._look(f"{what} → {answer['Location'][:80]}", client.get(answer["Location"]))
            body = b"" if answer.streaming else answer.content
        client.cookies = cookies
        return answer, body

    def _look(self, what, answer):
        content = b"" if answer.streaming else answer.content
        if (MARKUP in content and answer.headers.get("Content-Type", "").startswith("text/html")) or (
            "X-Injected" in answer.headers
        ):
            self.failures.setdefault(f"injected {what[:40]}", what)
        if answer.status_code >= 500 or self._raised:
            where = self._raised.splitlines()[-1] if self._raised else str(answer.status_code)
            self.failures.setdefault(f"{where} {what.split()[2:4]}", f"{what}\n{self._raised}")
        if answer.status_code == 400 and b"<pre>" in getattr(answer, "content", b""):
            self.failures.setdefault(what, "a page of the framework")


@pytest.fixture
def attacker(db, monkeypatch):
    made = Attacker()
    for method in ("__getitem__", "_getlist", "__contains__"):
        monkeypatch.setattr(MultiValueDict, method, noting(getattr(MultiValueDict, method), made.read), raising=False)
    yield made
    made.close()


def noting(look_up, read: set[str]):
    """Return the method of a request's values, which now notes the names that are looked up."""

    def look_up_and_note(values, name, *more, **named):
        if not getattr(values, "_mutable", False):  # what is still being parsed is mutable
            read.add(name)
        return look_up(values, name, *more, **named)

    return look_up_and_note


def form_of(values: dict) -> bytes:
    """Encode values as a browser does, except that a lone surrogate is sent as its three bytes."""
    pairs = [(k, one) for k, v in values.items() for one in (v if isinstance(v, list) else [v])]
    return urlencode([(k, v.encode("utf-8", "surrogatepass")) for k, v in pairs]).encode()


def multipart_of(values: dict) -> bytes:
    plain = {k: [one.encode("utf-8", "replace").decode() for one in (v if isinstance(v, list) else [v])]
             for k, v in values.items()}  # fmt: skip
    paper = SimpleUploadedFile("a\x00\u202e.pdf", b"%PDF-1.7 nonsense", content_type="application/pdf")
    return encode_multipart(BOUNDARY, plain | {"paper": paper, "file": paper, "file.paper": paper})


def squares(names: list[str], right: dict, every: int):
    """Yield (description, values): all fields wrong at once, until each field has had every attack."""
    turn = list(ATTACKS.items())
    yield "nothing", {}
    for first in range(0, len(turn), every):
        given = [(name, turn[(first + index) % len(turn)]) for index, name in enumerate(names)]
        said = ", ".join(f"{name} {attack}" for name, (attack, _) in given[:12])
        yield said, right | {name: value for name, (_, value) in given}


def alone(names: list[str], right: dict, offset: int, known: Set[str]):
    """Yield (description, values): one known field wrong or missing among valid ones. Others may become known."""
    turn, done = list(ATTACKS.items()), set()
    for index, name in [*enumerate(names), *enumerate(names)]:
        if name in known and name not in done:
            done.add(name)
            yield f"{name} left out", {k: v for k, v in right.items() if k != name}
            attack, value = turn[(offset * 5 + index) % len(turn)]
            yield f"{name} {attack}", right | {name: value}


def let_in(clients, attacker, name, address):
    """Return (person, page) for everybody the guards admit, one for each different page."""
    seen, found = set(), []
    for who, client in clients.items():
        answer, body = attacker.send(f"GET {name}", client, "GET", address)
        refused = answer.status_code == 403 or (
            answer.status_code == 302 and answer["Location"].startswith("/sign-in/") and name != "account_login"
        )
        kind = answer.status_code, len(set(FIELD.findall(body.decode(errors="replace"))))
        if not refused and kind not in seen:
            seen.add(kind)
            found.append((who, body.decode(errors="replace")))
    return found


def attack(attacker, client, address, said, names, right, turn, *, shown, every):
    attacker.read.clear()
    attacker.read.update(shown)
    for what, values in squares(names, right, 3 * every):
        attacker.send(f"GET {said} {what}", client, "GET", address, QUERY_STRING=form_of(values).decode())
    posted, _ = attacker.send(
        f"POST {said}", client, "POST", address, form_of(right), content_type="application/x-www-form-urlencoded"
    )
    if posted.status_code == 405:
        return
    for what, values in squares(names, right, 7):
        attacker.send(
            f"multipart {said} {what}", client, "POST", address, multipart_of(values), content_type=MULTIPART_CONTENT
        )  # fmt: skip
    for what, values in chain(squares(names, right, every), alone(names, right, turn, attacker.read)):
        attacker.send(
            f"POST {said} {what}", client, "POST", address, form_of(values),
            content_type="application/x-www-form-urlencoded",
        )  # fmt: skip


def test_a_field_is_known_once_the_code_looks_it_up(attacker):
    sent = QueryDict("a=1&b=2&c=3&d=4&e=5")
    assert attacker.read == set()
    assert (sent["a"], sent.get("b"), sent.getlist("c"), "d" in sent) == ("1", "2", ["3"], True)
    assert attacker.read == {"a", "b", "c", "d"}


@pytest.mark.req("H2")
@pytest.mark.parametrize("part", range(4))
def test_no_form_or_query_crashes_a_page(everybody, attacker, part):
    clients, things, of_room, plausible = everybody
    for turn, (name, pattern) in enumerate(sorted(patterns().items())):
        if turn % 4 != part or name in SIGN_OUT:
            continue
        address = address_of(name, things, of_room)
        for number, (who, page) in enumerate(let_in(clients, attacker, name, address)):
            names = names_of(pattern.callback, page)
            right = defaults(page) | {name: plausible[name] for name in names if name in plausible}
            shown = set(FIELD.findall(page))
            said = f"{who}: {name}"
            attack(attacker, clients[who], address, said, names, right, turn, shown=shown, every=2 + 4 * number)
    assert attacker.failures == {}, "\n\n".join(attacker.failures.values())
    assert attacker.asked > 500


IN_ADDRESSES = [
    "no-such-thing", "x" * 3000, "a%00b", "%ED%A0%80", "%FF", HUGE[:300], "99999999999999999999", "-1", "0", "1.5",
    "..%2F..",
    str(NOBODYS), "0197A000-0000-7000-8000-000000000000", "长" * 300, "٣²", "%E2%80%AE", "%25s",
    "a%0D%0AX-Injected:%201",
    "'%22%3Cb%3E", "{{7*7}}", " ", "%20",
]  # fmt: skip


@pytest.mark.req("H2")
def test_no_address_crashes_a_page(everybody, attacker):
    """Put wrong values into each parameter of each address, as citizens and officers."""
    clients, things, of_room, _ = everybody
    for name, pattern in sorted(patterns().items()):
        for key in pattern.pattern.converters:
            whole = address_of(name, things, of_room)
            known = next(str(value) for k, value in resolve(whole).kwargs.items() if k == key)
            before, _, after = whole.rpartition(f"/{known}")
            for index, put in enumerate(IN_ADDRESSES):
                who = ("anonymous", "applicant", "window", "audit admin", "security admin", "head")[index % 6]
                method = "POST" if index % 2 and name not in SIGN_OUT else "GET"
                address = f"{before}/{put}{after}"
                answer, _ = attacker.send(f"{method} {who} {name} {address[:120]}", clients[who], method, address)
                assert "X-Injected" not in answer.headers
    assert attacker.failures == {}, "\n\n".join(attacker.failures.values())
    assert attacker.asked > 500


NONSENSE = ["", "\x00", "x" * 4000, "天地".encode().decode("latin-1"), "http://[::1", ', ;="', "-1", "NaN"]
HEADERS = ("Accept", "Accept-Language", "Accept-Encoding", "Authorization", "Cookie", "HX-Current-URL", "HX-Request",
           "If-Modified-Since", "If-None-Match", "Origin", "Range", "Referer", "User-Agent", "X-Forwarded-For",
           "X-Requested-With")  # fmt: skip


@pytest.mark.req("H2")
def test_no_header_crashes_a_page(everybody, attacker):
    clients, _, _, _ = everybody
    for address in (
        "/",
        "/sign-in/",
        "/my/",
        "/desk/",
        "/ledger/head",
        "/sso/userinfo",
        "/api/v1/applications",
        "/wallet/",
    ):
        for header in HEADERS:
            for number, value in enumerate(NONSENSE):
                who = ("anonymous", "applicant", "window")[number % 3]
                given = {f"HTTP_{header.upper().replace('-', '_')}": value}
                attacker.send(f"{who} {address} {header} {value[:30]!r}", clients[who], "GET", address, **given)
    assert attacker.failures == {}, "\n\n".join(attacker.failures.values())


@pytest.mark.req("H2")
def test_unused_http_methods_are_refused(everybody, attacker):
    clients, things, of_room, _ = everybody
    for name in sorted(patterns()):
        for method in ("TRACE", "PUT", "DELETE", "PATCH", "NONSENSE"):
            answer, body = attacker.send(
                f"{method} {name}", clients["applicant"], method, address_of(name, things, of_room)
            )
            if answer.status_code in {200, 201, 204}:
                attacker.failures[f"{method} {name}"] = f"{method} {name} was answered {answer.status_code}"
            assert b"HTTP_" not in body
    assert attacker.failures == {}, "\n\n".join(attacker.failures.values())
