from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar, TypeVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from tongban.foundation.ids import new_id
from tongban.people.identity.actors import CHANNEL_LABELS, Channel
from tongban.people.identity.rules import (
    KIND_WORDS,
    ORGANISATION_LABELS,
    REACH_WORDS,
    Ending,
    MandateKind,
    OrganisationKind,
    Reach,
)
from tongban.people.organisation.models import Post
from tongban.people.organisation.rules import ADMINISTRATORS, POST_LABELS
from tongban.trust.crypto.fields import EncryptedDateField, EncryptedTextField

Kind = TypeVar("Kind", bound=StrEnum)


def _values(kinds: type[StrEnum]) -> list[str]:
    return [kind.value for kind in kinds]


def _choices(labels: Mapping[Kind, str]) -> list[tuple[str, str]]:
    return [(kind.value, label) for kind, label in labels.items()]


class Subject(models.Model):
    """A natural person or an organisation that acts (主体)."""

    class Kinds(models.TextChoices):
        PERSON = "person", "自然人"
        ORGANISATION = "organisation", "法人或其他组织"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=12, choices=Kinds.choices)
    name = EncryptedTextField()
    number = EncryptedTextField(blank=True, default="")
    """The resident's number or the credit code. Empty for a newborn until it is assigned."""
    number_index = models.CharField(max_length=64, null=True, unique=True)
    phone = EncryptedTextField(blank=True, default="")
    division_code = EncryptedTextField()
    """Encrypted like the date of birth: together they are ten of the seventeen digits of a resident's number."""
    born = EncryptedDateField(null=True)
    organisation_kind = models.CharField(max_length=12, blank=True, choices=_choices(ORGANISATION_LABELS))
    """The kind of legal person (机构类型); empty for a natural person."""
    registered_at = models.DateTimeField()

    class Meta:
        db_table = "identity_subject"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["person", "organisation"]), name="a_subject_kind_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(kind="organisation") | models.Q(organisation_kind=""),
                name="only_an_organisation_has_a_kind_of_one",
            ),
            models.CheckConstraint(
                condition=models.Q(organisation_kind__in=["", *_values(OrganisationKind)]),
                name="an_organisation_kind_is_known",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class AccountManager(BaseUserManager["Account"]):
    """Accounts are found by their login name."""


class Account(AbstractBaseUser):
    """An account (账号), which signs in. The subject behind it acts."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    login_name = models.CharField(max_length=60, unique=True)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="accounts")
    phone = EncryptedTextField(null=True)
    """The phone (11 digits) that the holder proved to have and may sign in with."""
    phone_index = models.CharField(max_length=64, null=True, unique=True)
    is_active = models.BooleanField(default=True)
    opened_at = models.DateTimeField()
    own_from = models.DateTimeField(null=True)
    """When the account becomes the person's own (本人账号). Empty where somebody else opened it for a post: it opens no
    citizens' pages until the person has proved on it who they are."""
    initial_until = models.DateTimeField(null=True)
    """Set while the password is an initial one (初始密码), which signs in once, until this time."""
    initial_used_at = models.DateTimeField(null=True)

    objects = AccountManager()
    USERNAME_FIELD = "login_name"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        db_table = "identity_account"

    def __str__(self) -> str:
        return self.login_name


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


class Representation(models.Model):
    """A person is an organisation's legal representative (法定代表人) and may act for it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="representatives")
    person = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="represented")
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "identity_representation"
        constraints = [
            models.UniqueConstraint(
                fields=["person", "organisation"],
                condition=models.Q(ended_at__isnull=True),
                name="a_person_represents_an_organisation_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} for {self.organisation_id}"


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


class Mandate(models.Model):
    """A mandate (授权): a subject lets a person act in its name, as an agent, a helper, or a child's guardian.

    It is in force from its acceptance until its last day, while it is neither paused nor ended. Rows are never deleted.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=10, choices=_choices(KIND_WORDS))
    principal = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="mandates_given")
    helper = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="mandates_held")
    reach = models.CharField(max_length=6, choices=_choices(REACH_WORDS))
    named = models.JSONField(default=list)
    """The themes, or the codes of items and keys of bundles, in the order chosen."""
    most = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    """The largest amount of one application in yuan; empty means no limit."""
    until = models.DateField()
    """The last day, in the city's time."""
    relation = EncryptedTextField(blank=True, default="")
    """How the two are related, in words. `relation_checked` says whether the base libraries confirm it."""
    relation_checked = models.BooleanField(default=False)
    channel = models.CharField(max_length=10, default=Channel.ONLINE.value, choices=_choices(CHANNEL_LABELS))
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
            models.CheckConstraint(condition=models.Q(kind__in=_values(MandateKind)), name="a_mandate_kind_is_known"),
            models.CheckConstraint(condition=models.Q(reach__in=_values(Reach)), name="a_mandate_reach_is_known"),
            models.CheckConstraint(condition=models.Q(channel__in=_values(Channel)), name="a_mandate_channel_is_known"),
            models.CheckConstraint(
                condition=models.Q(ended_because__in=["", *_values(Ending)]), name="a_mandate_ending_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.helper_id} for {self.principal_id}"
