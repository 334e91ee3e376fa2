"""Mandates: who lets whom act in their name."""

from django.db import models

from tongban.foundation.ids import new_id
from tongban.people.identity.actors import CHANNEL_LABELS, Channel
from tongban.people.identity.models.choices import choices_of, values_of
from tongban.people.identity.models.subjects import Subject
from tongban.people.identity.rules import (
    KIND_WORDS,
    REACH_WORDS,
    Ending,
    MandateKind,
    Reach,
)
from tongban.trust.crypto.fields import EncryptedTextField


class Mandate(models.Model):
    """A mandate (授权): a subject lets a person act in its name, as an agent, a helper, or a child's guardian.

    It is in force from its acceptance until its last day, while it is neither paused nor ended. Rows are never deleted.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=10, choices=choices_of(KIND_WORDS))
    principal = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="mandates_given")
    helper = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="mandates_held")
    reach = models.CharField(max_length=6, choices=choices_of(REACH_WORDS))
    named = models.JSONField(default=list)
    """The themes, or the codes of items and keys of bundles, in the order chosen."""
    most = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    """The largest amount of one application in yuan; empty means no limit."""
    until = models.DateField()
    """The last day, in the city's time."""
    relation = EncryptedTextField(blank=True, default="")
    """How the two are related, in words. `relation_checked` says whether the base libraries confirm it."""
    relation_checked = models.BooleanField(default=False)
    channel = models.CharField(max_length=10, default=Channel.ONLINE.value, choices=choices_of(CHANNEL_LABELS))
    form_id = models.UUIDField(null=True)
    """The signed form that a window accepted."""
    granted_at = models.DateTimeField()
    granted_by = models.UUIDField()
    accepted_at = models.DateTimeField(null=True)
    """When the other side agreed: the helper, or the child whose guardian acts."""
    paused_at = models.DateTimeField(null=True)
    """Set when the legal representative changed and the new one has not confirmed the agent yet."""
    ended_at = models.DateTimeField(null=True)
    ended_because = models.CharField(max_length=20, blank=True, choices=[(one.value, one.value) for one in Ending])

    class Meta:
        db_table = "identity_mandate"
        indexes = [
            models.Index(fields=["principal", "-granted_at"], name="mandates_given"),
            models.Index(fields=["helper", "-granted_at"], name="mandates_held"),
            models.Index(fields=["until"], name="mandates_to_end", condition=models.Q(ended_at__isnull=True)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["principal", "helper", "kind"],
                condition=models.Q(ended_at__isnull=True),
                name="one_open_mandate_of_a_kind_for_two",
            ),
            models.CheckConstraint(condition=~models.Q(principal=models.F("helper")), name="nobody_mandates_himself"),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True, ended_because="")
                | (models.Q(ended_at__isnull=False) & ~models.Q(ended_because="")),
                name="a_mandate_ends_with_its_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(most__isnull=True) | models.Q(most__gt=0), name="a_mandates_bound_is_an_amount"
            ),
            models.CheckConstraint(condition=models.Q(kind__in=values_of(MandateKind)), name="a_mandate_kind_is_known"),
            models.CheckConstraint(condition=models.Q(reach__in=values_of(Reach)), name="a_mandate_reach_is_known"),
            models.CheckConstraint(
                condition=models.Q(channel__in=values_of(Channel)), name="a_mandate_channel_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(ended_because__in=["", *values_of(Ending)]), name="a_mandate_ending_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.helper_id} for {self.principal_id}"
