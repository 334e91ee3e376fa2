"""The city's figures on the home page, computed from the cases."""

from dataclasses import dataclass

from django.db.models import Count, F, Q
from django.db.models.functions import TruncDate

from tongban.foundation import clock
from tongban.handling.cases.models import Case, CaseMaterial

EXEMPT = ["licence", "data", "produced"]


@dataclass(frozen=True)
class CityFigures:
    """Figures of this year's cases. The rates are percentages, or None where they rest on fewer than ten."""

    received: int
    finished: int
    on_time: float | None
    """Share of the finished cases that were closed by their promised day."""
    automatic: int
    """Cases that the machine decided."""
    spared: float | None
    """Share of the materials that applicants did not have to submit (免提交)."""


def city_figures() -> CityFigures:
    """Compute the figures of the current calendar year, in two queries."""
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
