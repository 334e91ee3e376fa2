from django.db import models


class SigningKey(models.Model):
    """An SM2 key pair by its key id; the private key is sealed under the seal key of the environment."""

    key_id = models.CharField(primary_key=True, max_length=80)
    public = models.BinaryField(max_length=65)
    private = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "crypto_signing_key"

    def __str__(self) -> str:
        return self.key_id
