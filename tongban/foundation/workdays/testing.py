"""For tests: the calendar is there again after a transactional test has emptied every table."""

from typing import Any

from django.db.models.signals import post_migrate
from django.dispatch import receiver

from tongban.foundation.workdays import services
from tongban.foundation.workdays.models import CalendarDay


@receiver(post_migrate, dispatch_uid="workdays.testing")
def _load_again(app_config: Any, **_: Any) -> None:
    """Django sends it after a transactional test's tables are emptied too."""
    if app_config.label == "workdays" and not CalendarDay.objects.exists():
        services.load_known_years()
