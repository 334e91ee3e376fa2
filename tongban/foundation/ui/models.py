from django.db import models


class Publication(models.Model):
    """One transaction that changed what public pages show. Only the trigger `page_shows` writes it."""

    topic = models.CharField(max_length=30)
    """What the tables of the trigger hold, e.g. `catalogue`."""
    at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "ui_publication"

    def __str__(self) -> str:
        return f"{self.topic} {self.pk}"
