"""The table of ratings."""

from django.db import models
from django.db.models import Q

from tongban.foundation.ids import new_id
from tongban.trust.crypto.fields import EncryptedTextField


class Rating(models.Model):
    """An applicant's rating of one finished application, and the addition to it (追评). No row means not rated."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    application_id = models.UUIDField(unique=True)
    subject_id = models.UUIDField(db_index=True)
    level = models.PositiveSmallIntegerField()
    tags = models.JSONField(default=list)
    words = EncryptedTextField(blank=True, default="")
    rated_at = models.DateTimeField()
    addition = EncryptedTextField(blank=True, default="")
    added_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "ratings_rating"
        constraints = [models.CheckConstraint(condition=Q(level__gte=1, level__lte=5), name="rating_level_1_to_5")]

    def __str__(self) -> str:
        return f"{self.level} for {self.application_id}"
