"""What must hold for every application and case. `manage.py city check` checks the whole city."""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Exists, OuterRef, Q

from tongban.foundation import clock
from tongban.handling.cases.models import Application, Case, CaseDependency, Step
from tongban.handling.cases.rules.numbers import is_case_number
from tongban.handling.cases.rules.states import FINAL, State
from tongban.handling.cases.rules.steps import Decision
from tongban.handling.catalog.vocabulary import StepKind
from tongban.trust.ledger import queries as ledger


def broken_invariants() -> Iterator[str]:
    """Yield one sentence for each violation."""
    for number in Case.objects.values_list("number", flat=True).iterator():
        if not is_case_number(number):
            yield f"case {number}: the check character of its number is wrong"
    for own in Application.objects.filter(number__isnull=False).values_list("number", flat=True).iterator():
        if not is_case_number(own or ""):
            yield f"application {own}: the check character of its number is wrong"
    begun_early = CaseDependency.objects.exclude(case__state__in=[State.WAITING, State.WITHDRAWN]).exclude(
        predecessor__decision=Decision.GRANTED
    )
    for case, before in begun_early.values_list("case__number", "predecessor__number"):
        yield f"case {case}: started although its predecessor {before} is not granted"
    open_cases = Case.objects.filter(application=OuterRef("pk")).exclude(state__in=FINAL)
    for own in Application.objects.filter(Exists(open_cases), state="closed").values_list("number", flat=True):
        yield f"application {own}: closed with open cases"
    for own in Application.objects.filter(~Exists(open_cases), state="submitted").values_list("number", flat=True):
        yield f"application {own}: every case is finished, but the application is not closed"
    final_without_time = Case.objects.filter(
        Q(state__in=FINAL, closed_at__isnull=True) | (~Q(state__in=FINAL) & Q(closed_at__isnull=False))
    )
    for number in final_without_time.values_list("number", flat=True):
        yield f"case {number}: its state and its closing time do not agree"
    to_do = Step.objects.filter(case=OuterRef("pk"), state=Step.States.OPEN)
    nobody = Case.objects.exclude(state__in=[*FINAL, State.WAITING, State.CORRECTION]).filter(~Exists(to_do))
    for number in nobody.values_list("number", flat=True):
        yield f"case {number}: on nobody's to-do list"
    for number in Case.objects.filter(Exists(to_do), state__in=FINAL).values_list("number", flat=True):
        yield f"case {number}: finished, but still on a to-do list"
    long_ago = clock.now() - timedelta(hours=1)
    stuck = Case.objects.filter(
        steps__kind=StepKind.MACHINE, steps__state=Step.States.OPEN, steps__opened_at__lt=long_ago
    )
    for number in stuck.values_list("number", flat=True):
        yield f"case {number}: waiting for the machine for more than an hour"
    for number in ledger.without_entries(Case.objects.all()).values_list("number", flat=True):
        yield f"case {number}: no event in the ledger"
