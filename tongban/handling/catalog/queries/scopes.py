"""What the scope of a mandate covers."""

from tongban.handling.catalog.delegable import in_person
from tongban.handling.catalog.queries.versions import bundle, bundles, in_force, newest_items
from tongban.handling.catalog.vocabulary import ServiceKind
from tongban.people.identity.rules import EVERYTHING, THEMES, HasScope, ServiceFacts


def service_facts(service: str, kind: str) -> ServiceFacts:
    """Return what a mandate's scope is compared with: code and themes of a service, and why it must be in person."""
    if kind == ServiceKind.BUNDLE:
        found = newest_items({step.item for step in bundle(service).steps if step.item})
        name = bundle(service).name
    else:
        found = newest_items([service])
        name = found[service].name if service in found else service
    reasons = [in_person()[code] for code in sorted(found) if code in in_person()]
    return ServiceFacts(
        name=name,
        codes=frozenset({service}),
        themes=tuple(frozenset(item.themes) for item in found.values()),
        in_person=reasons[0] if reasons else "",
    )


def services_within(scope: HasScope) -> tuple[set[str], bool]:
    """Return (codes, inside) for a mandate's scope.

    If `inside`, `codes` are the item codes and bundle keys that the scope covers, else those that it excludes.
    Services that must be done in person are never covered, nor are bundles that contain one.
    """
    barred = set(in_person())
    for spec in bundles():
        if barred & {step.item for step in spec.steps}:
            barred.add(spec.key)
    if scope.reach == EVERYTHING:
        return barred, False
    if scope.reach != THEMES:
        return set(scope.named) - barred, True
    codes = set(in_force().filter(themes__overlap=list(scope.named)).values_list("code", flat=True))
    whole = {spec.key for spec in bundles() if {step.item for step in spec.steps if step.item} <= codes}
    return (codes | whole) - barred, True
