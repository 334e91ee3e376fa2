from django.db import models

from tongban.foundation.ids import new_id
from tongban.people.identity.models import Account, Subject
from tongban.people.organisation.models import Department
from tongban.people.signin.rules import PROOFS, CodeUse, ProofKind
from tongban.trust.crypto.fields import EncryptedTextField


class Attempts(models.Model):
    """The number of tries at one secret, or from one address, that failed or may still fail, across all processes."""

    key = models.CharField(primary_key=True, max_length=64)
    """A keyed digest: an address is personal data."""
    failures = models.PositiveIntegerField()
    since = models.DateTimeField()
    locked_until = models.DateTimeField(null=True)

    class Meta:
        db_table = "signin_attempts"

    def __str__(self) -> str:
        return self.key


class Code(models.Model):
    """A code that was sent to a phone (短信验证码). An unknown phone gets a row as well, but no message."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    purpose = models.CharField(max_length=20, choices=[(use.value, use.value) for use in CodeUse])
    phone_index = models.CharField(max_length=64)
    address_index = models.CharField(max_length=64)
    browser_index = models.CharField(max_length=64, blank=True, default="", db_default="")
    """Keyed digest of the browser's session; empty where it had none."""
    digest = models.CharField(max_length=64)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, null=True, related_name="+")
    sent_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)
    known = models.BooleanField(default=False, db_default=False)
    """Whether a known browser asked for it. Strangers' codes do not count against the account."""
    message = models.ForeignKey("Message", on_delete=models.SET_NULL, null=True, related_name="+")
    """The message that carries it, for one day."""

    class Meta:
        db_table = "signin_code"
        indexes = [
            models.Index(fields=["phone_index", "sent_at"], name="signin_code_by_phone"),
            models.Index(fields=["address_index", "sent_at"], name="signin_code_by_address"),
            models.Index(fields=["browser_index", "sent_at"], name="signin_code_by_browser"),
            models.Index(fields=["sent_at"], condition=models.Q(known=False), name="signin_code_of_unknown"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(purpose__in=[use.value for use in CodeUse]), name="a_code_use_is_known"
            )
        ]

    def __str__(self) -> str:
        return str(self.id)


class KnownBrowser(models.Model):
    """A trusted browser (认识的设备): somebody proved in it who they are by more than a code to the phone.

    From it a code alone signs in. The cookie holds the browser's name, the row only its digest.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    name_digest = models.CharField(max_length=64)
    device = models.CharField(max_length=60)
    """Operating system and browser in words."""
    since = models.DateTimeField()
    last_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "signin_known_browser"
        constraints = [
            models.UniqueConstraint(fields=["account", "name_digest"], name="an_account_knows_a_browser_once")
        ]

    def __str__(self) -> str:
        return self.device


class ResetPassword(models.Model):
    """The account's password was set with a code to the phone and the number, in a browser that it did not trust."""

    account = models.OneToOneField(Account, on_delete=models.CASCADE, primary_key=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        db_table = "signin_reset_password"

    def __str__(self) -> str:
        return str(self.account_id)


class LostPhone(models.Model):
    """A phone that the account had until its new holder proved who they are (手机号换了主人)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    phone = EncryptedTextField()
    at = models.DateTimeField()

    class Meta:
        db_table = "signin_lost_phone"
        indexes = [models.Index(fields=["account", "-at"], name="lost_phones_of_account")]

    def __str__(self) -> str:
        return str(self.id)


class Message(models.Model):
    """A message on its way to a phone. The text is removed once a real gateway has accepted it."""

    class States(models.TextChoices):
        WAITING = "waiting", "等待发送"
        SENT = "sent", "已发送"
        FAILED = "failed", "未能发送"
        HELD = "held", "不发送"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    phone = EncryptedTextField()
    text = EncryptedTextField(blank=True, default="")
    useful_until = models.DateTimeField(null=True)
    """The message is not sent after this time; empty means five minutes, as for a code."""
    state = models.CharField(max_length=8, choices=States.choices, default=States.WAITING)
    queued_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    receipt = models.CharField(max_length=80, blank=True, default="")
    """The gateway's id of the message."""
    tries = models.PositiveSmallIntegerField(default=0, db_default=0)
    """How often the gateway did not take it."""

    class Meta:
        db_table = "signin_message"
        indexes = [models.Index(fields=["state", "-queued_at"], name="signin_message_by_state")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["waiting", "sent", "failed", "held"]), name="a_message_state_is_known"
            )
        ]

    def __str__(self) -> str:
        return str(self.id)


class Proof(models.Model):
    """Evidence (实名核验) that the account's holder is the subject. It gives the account a level until it ends.

    A proof without an account belongs to somebody who has none. It gives nothing to an account that is opened later.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    level = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=20, choices=[(kind.value, name) for kind, (_, name) in PROOFS.items()])
    adapter = models.CharField(max_length=60, blank=True, default="")
    """The source: an adapter such as `libraries.population`, or the subject id of a clerk."""
    reference = models.CharField(max_length=80, blank=True, default="")
    """The opaque number under which the source can find it; never personal data."""
    at = models.DateTimeField()
    counts_from = models.DateTimeField(null=True)
    """When it begins to count: the person can object until then. Empty means at once."""
    voided_at = models.DateTimeField(null=True)
    """When the person objected to it."""
    until = models.DateTimeField(null=True)

    class Meta:
        db_table = "signin_proof"
        indexes = [
            models.Index(fields=["subject", "-level"], name="signin_proof_of_subject"),
            models.Index(fields=["account", "-level"], name="signin_proof_of_account"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(level__lte=3), name="a_level_is_at_most_three"),
            models.CheckConstraint(
                condition=models.Q(kind__in=[kind.value for kind in ProofKind]), name="a_proof_kind_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(until__isnull=True) | models.Q(until__gt=models.F("at")),
                name="a_proof_ends_after_it_is_given",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.subject_id}"


class Reader(models.Model):
    """A reader of identity documents (身份证阅读机具) at a window, known by the key of its bridge."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=40)
    public_key = models.CharField(max_length=130)
    """An SM2 public key: 65 bytes, uncompressed, in hexadecimal."""
    simulator = models.BooleanField(default=False)
    """Whether it is the demo's simulator, whose signatures production does not accept."""
    registered_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "signin_reader"
        constraints = [
            models.UniqueConstraint(
                fields=["public_key"],
                condition=models.Q(retired_at__isnull=True, simulator=False),
                name="a_key_is_of_one_reader",
            )
        ]

    def __str__(self) -> str:
        return self.name


class WindowCheck(models.Model):
    """A clerk's check of the person at the window (窗口核验), with a reader's receipt, a second officer, or both."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    visit = models.ForeignKey("identity.Visit", on_delete=models.PROTECT, related_name="+")
    clerk = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    """The person present."""
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    """The account that is bound to the person, or whose level is raised."""
    nonce = models.CharField(max_length=64, unique=True)
    phone_digest = models.CharField(max_length=64, blank=True, default="", db_default="")
    """Keyed digest of the phone by which the person named the account; empty where they named none."""
    new_phone = EncryptedTextField(null=True)
    """The phone that replaces the account's when the check begins to count.

    Removed once it is registered, when registering it was given up, after an objection, and where the check was not
    completed on its day.
    """
    began_at = models.DateTimeField()
    reader = models.ForeignKey(Reader, on_delete=models.PROTECT, null=True, related_name="+")
    statement = EncryptedTextField(blank=True, default="")
    """The receipt of the reader, as it was sent."""
    read_at = models.DateTimeField(null=True)
    asked_second_at = models.DateTimeField(null=True)
    second = models.ForeignKey(Subject, on_delete=models.PROTECT, null=True, related_name="+")
    """The second officer, who also compared the person with the document; never the clerk."""
    second_at = models.DateTimeField(null=True)
    proof = models.OneToOneField(Proof, on_delete=models.PROTECT, null=True, related_name="window_check")
    was_of = models.ForeignKey(Subject, on_delete=models.PROTECT, null=True, related_name="+")
    """The subject behind the account before it was bound."""
    was_own = models.BooleanField(default=True)
    objection_index = models.CharField(max_length=64, null=True, unique=True)
    """Blind index of the objection code."""
    objected_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "signin_window_check"
        indexes = [
            models.Index(fields=["clerk", "began_at"], name="window_checks_of_clerk"),
            models.Index(
                fields=["department", "asked_second_at"],
                condition=models.Q(proof__isnull=True, asked_second_at__isnull=False),
                name="window_checks_to_confirm",
            ),
            models.Index(
                fields=["began_at"],
                condition=models.Q(new_phone__isnull=False),
                name="window_checks_with_new_phone",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(second__isnull=True) | ~models.Q(second=models.F("clerk")),
                name="nobody_confirms_their_own_check",
            ),
            models.CheckConstraint(
                condition=models.Q(second__isnull=True, second_at__isnull=True)
                | models.Q(second__isnull=False, second_at__isnull=False),
                name="a_check_is_confirmed_with_its_time",
            ),
            models.CheckConstraint(
                condition=models.Q(proof__isnull=True)
                | models.Q(read_at__isnull=False)
                | models.Q(second_at__isnull=False),
                name="a_window_proof_has_evidence",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def binds(self) -> bool:
        """Whether the check makes the account the person's own, because it was another subject's or opened for a post.

        Otherwise it only raises the level of an own account. Known once the check is complete.
        """
        return self.was_of_id is not None or not self.was_own
