from django.db import models


class Delivery(models.Model):
    """A subscriber has processed an entry. Written in the same transaction as the subscriber's work."""

    entry_id = models.UUIDField()
    subscriber = models.CharField(max_length=150)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "announcements_delivery"
        constraints = [models.UniqueConstraint(fields=["entry_id", "subscriber"], name="one_delivery_per_subscriber")]

    def __str__(self) -> str:
        return f"{self.entry_id} to {self.subscriber}"
