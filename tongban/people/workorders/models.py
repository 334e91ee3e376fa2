from django.db import models
from django.db.models import Q

from tongban.foundation.ids import new_id
from tongban.people.identity.models import Subject
from tongban.people.organisation.models import Post
from tongban.people.workorders.rules import LABELS, RUNNING, State
from tongban.trust.crypto.fields import EncryptedTextField


class WorkOrder(models.Model):
    """Something that a post is asked to do and must answer (工单)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.CharField(max_length=16, unique=True)
    kind = models.CharField(max_length=40)
    about = models.UUIDField(null=True, db_index=True)
    """The id of its subject, which the kind's room resolves."""
    state = models.CharField(max_length=12, choices=[(state.value, label) for state, label in LABELS.items()])
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    taken_by = models.ForeignKey(Subject, on_delete=models.PROTECT, null=True, related_name="+")
    raised_by = models.ForeignKey(Subject, on_delete=models.PROTECT, null=True, related_name="+")
    """The person who raised it; empty where the platform did."""
    raised_for = models.ForeignKey(Subject, on_delete=models.PROTECT, null=True, related_name="+")
    """In whose name it was raised, who receives the answer."""
    raised_at = models.DateTimeField()
    text = EncryptedTextField()
    due_on = models.DateField()
    due_before = models.DateField(null=True)
    """The due day before a new table of holidays moved it; empty if none did."""
    outcome = models.CharField(max_length=40, blank=True)
    answer = EncryptedTextField(blank=True, default="")
    answered_at = models.DateTimeField(null=True)
    escalated_at = models.DateTimeField(null=True)
    reopened_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "workorders_order"
        indexes = [
            models.Index(fields=["post", "due_on"], condition=Q(state__in=sorted(RUNNING)), name="orders_to_do"),
            models.Index(fields=["raised_for", "-raised_at"], name="orders_of_who_raised"),
            models.Index(fields=["post", "-raised_at"], name="orders_of_post"),
            models.Index(
                fields=["due_on"],
                condition=Q(state__in=sorted(RUNNING), escalated_at__isnull=True),
                name="orders_to_escalate",
            ),
            models.Index(fields=["answered_at"], condition=Q(state="answered"), name="orders_answered"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=[s.value for s in State]), name="an_order_state_is_known"),
            models.CheckConstraint(
                condition=~Q(state__in=["taken", "answered"]) | Q(taken_by__isnull=False),
                name="a_taken_order_has_its_officer",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["answered", "closed"]) | (Q(answered_at__isnull=False) & ~Q(outcome="")),
                name="an_answered_order_has_its_outcome",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["closed", "withdrawn"], ended_at__isnull=False)
                | (~Q(state__in=["closed", "withdrawn"]) & Q(ended_at__isnull=True)),
                name="an_order_ends_when_closed_or_withdrawn",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Note(models.Model):
    """A note on an order: internal, or shown to the person who raised it. Notes are never changed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="notes")
    by = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    internal = models.BooleanField()
    text = EncryptedTextField()

    class Meta:
        db_table = "workorders_note"
        indexes = [models.Index(fields=["order", "at"], name="notes_of_order")]

    def __str__(self) -> str:
        return str(self.id)
