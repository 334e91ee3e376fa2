"""Visits to windows."""

from django.db import models

from tongban.foundation.ids import new_id
from tongban.people.identity.models.subjects import Subject


class Visit(models.Model):
    """A visit to a window (现场办理): the clerk who saw somebody's document acts for them until they leave."""

    class Examined(models.TextChoices):
        SEEN = "seen", "当面核对"
        READ = "read", "读卡器读取"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    clerk = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    department = models.ForeignKey("organisation.Department", on_delete=models.PROTECT, related_name="+")
    present = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    applicant = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="visits")
    """The person present, or the organisation that they represent."""
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    document = models.CharField(max_length=10, default=Examined.SEEN, choices=Examined.choices)
    """How the document was examined: by the clerk, or also by the window's reader."""
    registered = models.BooleanField(default=False)
    """Whether the clerk registered the person at this visit, so that the recorded phone is what the clerk typed."""

    class Meta:
        db_table = "identity_visit"
        constraints = [
            models.UniqueConstraint(
                fields=["clerk"], condition=models.Q(ended_at__isnull=True), name="a_clerk_serves_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=models.Q(document__in=["seen", "read"]), name="a_visits_document_is_seen_or_read"
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)
