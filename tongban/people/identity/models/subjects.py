"""Subjects, their accounts, and who represents an organisation."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from tongban.foundation.ids import new_id
from tongban.people.identity.models.choices import choices_of, values_of
from tongban.people.identity.rules import (
    ORGANISATION_LABELS,
    OrganisationKind,
    is_made_up,
)
from tongban.trust.crypto.fields import EncryptedDateField, EncryptedTextField


class Subject(models.Model):
    """A natural person or an organisation that acts (主体)."""

    class Kinds(models.TextChoices):
        PERSON = "person", "自然人"
        ORGANISATION = "organisation", "法人或其他组织"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=12, choices=Kinds.choices)
    name = EncryptedTextField()
    surname = EncryptedTextField(null=True)
    """A person's surname as a register has it. Empty where none is recorded: it is never computed from the name."""
    number = EncryptedTextField(blank=True, default="")
    """The resident's number or the credit code. Empty for a newborn until it is assigned."""
    number_index = models.CharField(max_length=64, null=True, unique=True)
    phone = EncryptedTextField(blank=True, default="")
    division_code = EncryptedTextField()
    """Encrypted like the date of birth: together they are ten of the seventeen digits of a resident's number."""
    born = EncryptedDateField(null=True)
    organisation_kind = models.CharField(max_length=12, blank=True, choices=choices_of(ORGANISATION_LABELS))
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
                condition=models.Q(organisation_kind__in=["", *values_of(OrganisationKind)]),
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

    @property
    def chosen_name(self) -> str:
        """The name that somebody chose for the account, or "" if the platform made it up."""
        return "" if is_made_up(self.login_name) else self.login_name


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
