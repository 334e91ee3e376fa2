from allauth.idp.oidc.models import Client
from django.contrib.postgres.fields import ArrayField
from django.db import models

from tongban.foundation.ids import new_id
from tongban.people.identity.models import Account, Subject
from tongban.people.organisation.models import Department, Post
from tongban.people.sso.rules import KINDS, LEVELS, STATES, SystemState


class System(models.Model):
    """A department's system that is connected, or is to be (接入系统).

    This row holds what the department requests. What is in force is in `client`, which the review writes.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=60)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    contact = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    """The post that is responsible for it."""
    kind = models.CharField(max_length=10, choices=[(kind.value, label) for kind, label in KINDS.items()])
    purpose = models.CharField(max_length=300)
    """What it does for people, in words that they read before they consent."""
    redirect_uris = ArrayField(models.CharField(max_length=300), default=list)
    post_logout_uris = ArrayField(models.CharField(max_length=300), default=list)
    logout_uri = models.CharField(max_length=300, blank=True, default="")
    """Where it receives notices of sign-outs (OpenID Connect Back-Channel Logout 1.0)."""
    scopes = models.JSONField(default=dict)
    """By scope, the reason why it is needed."""
    duty = models.CharField(max_length=300, blank=True, default="")
    """The statutory duty that it serves, with the law. If empty, people are asked for their consent."""
    keys = models.JSONField(null=True)
    """Public keys (JWK set) with which it authenticates by `private_key_jwt` (RFC 7523), if any."""
    state = models.CharField(
        max_length=12,
        default=SystemState.DRAFT.value,
        choices=[(state.value, label) for state, label in STATES.items()],
    )
    changed = models.BooleanField(default=False)
    """Whether a change to an approved system waits for review."""
    security_reviewer = models.ForeignKey(Subject, on_delete=models.PROTECT, null=True, related_name="+")
    """The security administrator who agreed to the present request."""
    returned_for = models.CharField(max_length=300, blank=True, default="")
    """Why the reviewer returned it."""
    client = models.OneToOneField(Client, on_delete=models.PROTECT, null=True, related_name="system")
    drafted_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "sso_system"
        indexes = [
            models.Index(fields=["department", "-updated_at"], name="sso_systems_of_department"),
            models.Index(fields=["state", "-updated_at"], name="sso_systems_by_state"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["department", "name"], name="a_department_names_a_system_once"),
            models.CheckConstraint(
                condition=models.Q(kind__in=["web", "native", "service"]), name="a_system_kind_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["draft", "under-review"])
                | models.Q(state__in=["approved", "suspended"], client__isnull=False)
                | models.Q(state="retired"),
                name="a_system_in_use_has_a_client",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Secret(models.Model):
    """A secret with which a system authenticates (应用密钥). Two may be valid at once, so that it can be changed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    system = models.ForeignKey(System, on_delete=models.PROTECT, related_name="secrets")
    digest = models.CharField(max_length=64, unique=True)
    """SM3. The secret has 256 random bits, so it cannot be guessed from its digest and needs no slow hash."""
    ending = models.CharField(max_length=4)
    """Its last characters, to distinguish two secrets."""
    made_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "sso_secret"

    def __str__(self) -> str:
        return str(self.id)


class Consent(models.Model):
    """A person's consent (授权) that a system receives what the scopes give, until they withdraw it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    system = models.ForeignKey(System, on_delete=models.PROTECT, related_name="+")
    scopes = ArrayField(models.CharField(max_length=40))
    given_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "sso_consent"
        constraints = [
            models.UniqueConstraint(
                fields=["account", "system"],
                condition=models.Q(ended_at__isnull=True),
                name="one_consent_per_account_and_system",
            )
        ]

    def __str__(self) -> str:
        return str(self.id)


class Connection(models.Model):
    """A sign-in of an account at a system (系统登录). Its id is the `sid` of its tokens, which all end with it."""

    class LogoutDelivery(models.TextChoices):
        NOT_NEEDED = "none", "不用通知"
        WAITING = "waiting", "等待通知"
        TOLD = "told", "已通知"
        FAILED = "failed", "通知失败"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    system = models.ForeignKey(System, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    principal = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    """In whose name: the account's subject, or the organisation that they act for."""
    mandate_id = models.UUIDField(null=True)
    """The mandate by which the person acted at the portal when they signed in. It gives nothing at the system, but the
    sign-in ends with it."""
    portal_session = models.CharField(max_length=64)
    """Digest of the key of the portal's session from which it began, and with which it ends."""
    scopes = ArrayField(models.CharField(max_length=40))
    level = models.CharField(max_length=2, choices=[(level, level) for level in LEVELS])
    methods = ArrayField(models.CharField(max_length=20))
    authenticated_at = models.DateTimeField()
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    telling = models.CharField(max_length=8, choices=LogoutDelivery.choices, default=LogoutDelivery.NOT_NEEDED)
    tries = models.PositiveSmallIntegerField(default=0)
    """How many times delivery of the sign-out to the system was tried."""

    class Meta:
        db_table = "sso_connection"
        indexes = [
            models.Index(fields=["account", "-began_at"], name="sso_connections_of_account"),
            models.Index(fields=["system", "-began_at"], name="sso_connections_of_system"),
            models.Index(
                fields=["portal_session"],
                condition=models.Q(ended_at__isnull=True),
                name="sso_open_of_portal_session",
            ),
            models.Index(
                fields=["mandate_id"],
                condition=models.Q(ended_at__isnull=True, mandate_id__isnull=False),
                name="sso_open_of_mandate",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["system", "account", "portal_session"],
                condition=models.Q(ended_at__isnull=True),
                name="one_open_connection_per_session",
            ),
            models.CheckConstraint(condition=models.Q(level__in=LEVELS), name="a_connections_level_is_known"),
            models.CheckConstraint(
                condition=models.Q(telling__in=["none", "waiting", "told", "failed"]), name="a_telling_is_known"
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Code(models.Model):
    """An authorization code, by its digest. It is kept after its use, so that a second use is detected."""

    digest = models.CharField(max_length=64, primary_key=True)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    redirect_uri = models.CharField(max_length=300)
    scopes = ArrayField(models.CharField(max_length=40))
    nonce = models.CharField(max_length=300, blank=True, default="")
    challenge = models.CharField(max_length=128)
    """The S256 challenge of the verifier (RFC 7636)."""
    authentication = models.JSONField(null=True)
    """`auth_time`, `acr` and `amr` of the browser session that authorised it."""
    made_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "sso_code"

    def __str__(self) -> str:
        return self.digest


class SpentToken(models.Model):
    """A refresh token that was exchanged for the next one. If it is used again, one of the two users stole it."""

    digest = models.CharField(max_length=64, primary_key=True)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "sso_spent_token"

    def __str__(self) -> str:
        return self.digest


class Assertion(models.Model):
    """A signed assertion that a system has used. Its `jti` is not accepted again (RFC 7523, 3)."""

    system = models.ForeignKey(System, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)
    good_until = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "sso_assertion"
        constraints = [models.UniqueConstraint(fields=["system", "digest"], name="an_assertion_is_used_once")]

    def __str__(self) -> str:
        return self.digest


class NetworkId(models.Model):
    """A 网号 that signs in to an account. It identifies a person without revealing anything (令 173 号, article 2)."""

    index = models.CharField(max_length=64, primary_key=True)
    """Blind index of the 网号, which itself is not stored."""
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    bound_at = models.DateTimeField()

    class Meta:
        db_table = "sso_network_id"

    def __str__(self) -> str:
        return self.index
