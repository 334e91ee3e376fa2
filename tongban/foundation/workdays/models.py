from django.db import models


class CalendarDay(models.Model):
    """One day of the city's working-day calendar; every day of a loaded year has a row."""

    day = models.DateField(primary_key=True)
    is_workday = models.BooleanField()
    note = models.CharField(max_length=40, blank=True)
    provisional = models.BooleanField(default=False)

    class Meta:
        db_table = "workdays_calendar_day"

    def __str__(self) -> str:
        return f"{self.day} {'work' if self.is_workday else 'rest'}"
