"""Appointments to posts, and offers of posts."""

from django.db import models

from tongban.foundation.ids import new_id
from tongban.people.identity.models.subjects import Subject
from tongban.people.organisation.models import Post
from tongban.people.organisation.rules import ADMINISTRATORS, POST_LABELS


class Appointment(models.Model):
    """A subject holds a post from one day until another. A stand-in (AB岗) names the appointment that it covers."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="appointments")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="appointments")
    from_day = models.DateField()
    until = models.DateField(null=True)
    stand_in_for = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="stand_ins")
    administers = models.CharField(
        max_length=16, blank=True, default="", choices=[(kind.value, POST_LABELS[kind]) for kind in ADMINISTRATORS]
    )
    """The post's kind if it is one of the three separated administrators. A constraint needs it in this table."""

    class Meta:
        db_table = "identity_appointment"
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "post"],
                condition=models.Q(until__isnull=True),
                name="a_subject_holds_a_post_once",
            ),
            models.UniqueConstraint(
                fields=["subject"],
                condition=models.Q(until__isnull=True) & ~models.Q(administers=""),
                name="nobody_is_two_administrators",
            ),
            models.CheckConstraint(
                condition=models.Q(until__isnull=True) | models.Q(until__gte=models.F("from_day")),
                name="an_appointment_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=models.Q(stand_in_for__isnull=True) | ~models.Q(stand_in_for=models.F("id")),
                name="nobody_stands_in_for_himself",
            ),
            models.CheckConstraint(
                condition=models.Q(administers__in=["", *(kind.value for kind in ADMINISTRATORS)]),
                name="an_appointments_administrator_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject_id} at {self.post_id}"


class Offer(models.Model):
    """An offer of a post (任职邀请) to somebody with an account of their own, who accepts or declines."""

    class Answers(models.TextChoices):
        ACCEPTED = "accepted", "已接受"
        DECLINED = "declined", "未接受"
        WITHDRAWN = "withdrawn", "已撤回"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="offers")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="offers")
    offered_by = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    offered_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=10, blank=True, default="", choices=Answers.choices)

    class Meta:
        db_table = "identity_offer"
        indexes = [models.Index(fields=["post", "-offered_at"], name="offers_of_post")]
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "post"],
                condition=models.Q(answered_at__isnull=True),
                name="a_post_is_offered_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(answered_at__isnull=True, answer="")
                | models.Q(answered_at__isnull=False, answer__in=["accepted", "declined", "withdrawn"]),
                name="an_offer_is_answered_with_its_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.post_id} for {self.subject_id}"
