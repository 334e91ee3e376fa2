"""For tests: reload the calendar after a transactional test has emptied every table, and let no second pass."""

import math
from typing import TYPE_CHECKING

from django.db.models.signals import post_migrate
from django.dispatch import receiver

from tongban.foundation.workdays import queries, services
from tongban.foundation.workdays.models import CalendarDay

if TYPE_CHECKING:
    from django.apps import AppConfig

queries.CHECKED_EVERY = math.inf
"""Otherwise the number of queries of a page would depend on the time between two tests."""


@receiver(post_migrate, dispatch_uid="workdays.testing")
def _load_again(app_config: "AppConfig", **_: object) -> None:
    """Reload if the calendar is empty. Django sends this signal after it has emptied a transactional test's tables."""
    if app_config.label == "workdays" and not CalendarDay.objects.exists():
        services.load_known_years()
