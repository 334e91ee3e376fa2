"""Journey: every bundle and many single items to their end, with each result verified, on the running database."""

import time
from collections import defaultdict
from itertools import zip_longest

from tongban.demo.journeys import newborn, walking
from tongban.demo.journeys.walking import Say
from tongban.foundation.errors import DomainError
from tongban.handling.cases import services
from tongban.handling.cases.models import Application
from tongban.handling.cases.plan import COMMITMENT, MATERIALS
from tongban.handling.cases.services.submission import Incomplete
from tongban.handling.catalog import queries as catalog
from tongban.handling.catalog.models import ItemVersion
from tongban.handling.catalog.schema import Bundle, Item
from tongban.people.identity import queries as identity
from tongban.people.identity.actors import Actor
from tongban.people.identity.models import Account

PERSON, FIRM = "liwenmin", "yunfan-soft"
PAPER = (
    b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n"
    b"3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>\nendobj\ntrailer\n<</Root 1 0 R>>\n%%EOF\n"
)
"""A PDF with one empty page, uploaded for materials that nothing else meets."""


def run(say: Say, *, items: int) -> bool:
    """Run all bundles, then `items` single items of many fields. Return whether all of them succeeded."""
    good = newborn.run(say)
    for bundle in catalog.bundles():
        if bundle.key != "birth":
            good &= _walk(bundle, "bundle", say)
    for item in single_items(items):
        good &= _walk(item, "item", say)
    return good


def single_items(count: int) -> list[Item]:
    """Return up to `count` items that people apply for directly, taking one of each field in turn."""
    by_field: dict[str, list[Item]] = defaultdict(list)
    for row in ItemVersion.objects.filter(current__isnull=False, authored=True).order_by("code"):
        item = catalog.remember_item(row)
        if not item.apply_through:
            by_field[item.field].append(item)
    rounds = zip_longest(*by_field.values())
    return [item for one_round in rounds for item in one_round if item is not None][:count]


def _walk(spec: Bundle | Item, kind: str, say: Say) -> bool:
    began = time.monotonic()
    key = spec.key if isinstance(spec, Bundle) else spec.code
    quiet: list[str] = []
    try:
        application = apply(key, kind, applicant_of(spec))
        walking.wait_for_machine(application)
        walking.work_at_desks(application, quiet.append)
        application.refresh_from_db()
        good = walking.all_closed(application, say) & walking.all_verify(application, quiet.append)
    except (AssertionError, DomainError) as failure:
        problems = getattr(failure, "problems", [])
        say(f"✗ {key} {spec.name}：{failure}{'；'.join(p.sentence for p in problems)}")
        return False
    cases = application.cases.count()
    mark = "✓" if good else "✗"
    say(f"{mark} {application.number}  {spec.name}：{cases} 个办件，{time.monotonic() - began:.1f} 秒")
    return good


def applicant_of(spec: Bundle | Item) -> Actor:
    """Return a citizen if the service is for persons or a person founds a firm, otherwise a firm."""
    person = "person" in spec.serves or spec.by_person
    return identity.actor_of(Account.objects.get(login_name=PERSON if person else FIRM))


def apply(service: str, kind: str, applicant: Actor) -> Application:
    """Fill in, commit, upload the remaining materials, and submit. Optional cases of a bundle are included."""
    draft = walking.filled_draft(service, kind, applicant, {})
    _meet_materials(draft, applicant)
    return services.submit(draft.id, actor=applicant)


def _meet_materials(application: Application, applicant: Actor) -> None:
    draft = services.check_draft(application.id, actor=applicant)
    commitments = {f"{COMMITMENT}{m.material.key}": "yes" for m in draft.materials if m.material.source == "commitment"}
    walking.save(application, MATERIALS, commitments, applicant)
    for problem in services.check_draft(application.id, actor=applicant).problems:
        if problem.page != MATERIALS:
            raise Incomplete([problem])
        services.attach(application.id, problem.field, content=PAPER, name="material.pdf", actor=applicant)
