"""Figures of the whole city for the first page, computed from the cases themselves."""

from dataclasses import dataclass

from django.db.models import Count, F, Q
from django.db.models.functions import TruncDate

from tongban.foundation import clock
from tongban.handling.cases.models import Case, CaseMaterial

EXEMPT = ["licence", "data", "produced"]


@dataclass(frozen=True)
class CityFigures:
    """This year's cases: received, finished, on time (per cent), decided by machine, materials spared (per cent)."""

    received: int
    finished: int
    on_time: float | None
    automatic: int
    spared: float | None


def city_figures() -> CityFigures:
    """Rates are None below ten cases, where they would say nothing."""
    year = clock.legal_day(clock.now()).year
    cases = Case.objects.filter(received_at__year=year)
    totals = cases.annotate(closed_on=TruncDate("closed_at", tzinfo=clock.CITY_TIME)).aggregate(
        received=Count("id"),
        finished=Count("id", filter=Q(state="closed")),
        on_time=Count("id", filter=Q(state="closed", closed_on__lte=F("promise_due"))),
        automatic=Count("id", filter=Q(automatic=True)),
    )
    materials = CaseMaterial.objects.filter(case__received_at__year=year).aggregate(
        required=Count("id"), spared=Count("id", filter=Q(way__in=EXEMPT, met=True))
    )
    return CityFigures(
        received=totals["received"],
        finished=totals["finished"],
        on_time=_rate(totals["on_time"], totals["finished"]),
        automatic=totals["automatic"],
        spared=_rate(materials["spared"], materials["required"]),
    )


def _rate(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 1) if whole >= 10 else None
