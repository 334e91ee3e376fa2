from datetime import datetime, timedelta

from django.db import models

from tongban.foundation.ids import new_id
from tongban.people.organisation.rules import POST_LABELS, PostKind

RENAMING = timedelta(minutes=5)
"""Longer than any transaction that signs in the name of a department."""


class Division(models.Model):
    """An administrative division (行政区划): 6 digits of GB/T 2260, 9 with the street, 12 with the community."""

    class Levels(models.TextChoices):
        CITY = "city", "市"
        DISTRICT = "district", "区县"
        STREET = "street", "街道乡镇"
        COMMUNITY = "community", "社区村"

    code = models.CharField(max_length=12, primary_key=True)
    name = models.CharField(max_length=40)
    level = models.CharField(max_length=10, choices=Levels.choices)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")

    class Meta:
        db_table = "organisation_division"
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(level="city", parent__isnull=True, code__regex=r"^\d{6}$")
                | models.Q(level="district", parent__isnull=False, code__regex=r"^\d{6}$")
                | models.Q(level="street", parent__isnull=False, code__regex=r"^\d{9}$")
                | models.Q(level="community", parent__isnull=False, code__regex=r"^\d{12}$"),
                name="a_division_code_fits_its_level",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Department(models.Model):
    """A department or a co-operating body that handles service items (实施主体)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=60, unique=True)
    short_name = models.CharField(max_length=20)
    also_known_as = models.JSONField(default=list, blank=True)
    """Other names by which item catalogues refer to it."""
    former_names = models.JSONField(default=list, db_default=models.Value([], models.JSONField()), blank=True)
    """The names that it had before: {"name", "short_name", "until": time in ISO 8601}, the oldest first."""
    uscc = models.CharField(max_length=18, unique=True)
    short_code = models.CharField(max_length=3, unique=True)
    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="departments")

    class Meta:
        db_table = "organisation_department"
        ordering = ["short_code"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(short_code__regex=r"^\d{3}$"), name="a_department_short_code_has_three_digits"
            ),
            models.CheckConstraint(
                condition=models.Q(uscc__regex=r"^[0-9A-HJ-NP-RTUWXY]{18}$"),
                name="a_department_credit_code_has_its_form",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def name_at(self, moment: datetime) -> str:
        """Return the name that it had at a time, as what it signed then bears it."""
        for former in self.former_names:
            if moment < datetime.fromisoformat(former["until"]):
                return str(former["name"])
        return self.name

    def names_at(self, moment: datetime) -> list[str]:
        """Return `name_at`, and after it the names that ended less than RENAMING before.

        A transaction that read the department just before the new name was committed may have signed with such a name.
        """
        ended = [
            str(former["name"])
            for former in reversed(self.former_names)
            if timedelta() <= moment - datetime.fromisoformat(former["until"]) < RENAMING
        ]
        return list(dict.fromkeys([self.name_at(moment), *ended]))


class Post(models.Model):
    """A post (岗位) of a department. The identity room knows its holders."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="posts")
    kind = models.CharField(max_length=16, choices=[(kind.value, label) for kind, label in POST_LABELS.items()])
    name = models.CharField(max_length=40)

    class Meta:
        db_table = "organisation_post"
        ordering = ["department", "kind", "name"]
        constraints = [
            models.UniqueConstraint(fields=["department", "name"], name="a_post_name_once_per_department"),
            models.CheckConstraint(
                condition=models.Q(kind__in=[kind.value for kind in PostKind]),
                name="a_post_kind_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.department_id} {self.name}"
