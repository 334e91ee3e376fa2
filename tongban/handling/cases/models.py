"""The tables of applications and cases. Database constraints enforce the most important invariants."""

from django.db import models
from django.db.models import F, Q

from tongban.foundation.ids import new_id
from tongban.handling.cases.rules.materials import Way
from tongban.handling.cases.rules.states import ENDED_WITHOUT_DECISION, LABELS, State
from tongban.handling.cases.rules.steps import DECISION_LABELS, Decision, StepOutcome
from tongban.handling.catalog.vocabulary import POSTS_OF_PLANS, ServiceKind, StepKind
from tongban.people.identity.actors import CHANNEL_LABELS, Channel
from tongban.people.organisation.models import Department
from tongban.people.organisation.rules import POST_LABELS
from tongban.trust.crypto.fields import EncryptedJSONField, EncryptedTextField

DECISIONS = [(decision.value, label) for decision, label in DECISION_LABELS.items()]
STATES = [(state.value, LABELS[state]) for state in State]


STANDS = ~Q(decision=Decision.DENIED.value) & ~Q(state__in=sorted(s.value for s in ENDED_WITHOUT_DECISION))
"""Cases that run or were granted."""
BARRING = Q(once_id__isnull=False) & STANDS
"""Cases that rule out another one of the same item for the same `once_id`."""


class Application(models.Model):
    """An application (申请): everything that an applicant asks for at once, as a graph of cases."""

    class States(models.TextChoices):
        DRAFT = "draft"
        SUBMITTED = "submitted"
        CLOSED = "closed"
        DISCARDED = "discarded"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.CharField(max_length=22, null=True, unique=True)
    kind = models.CharField(max_length=10, choices=[(kind.value, kind.value) for kind in ServiceKind])
    service = models.CharField(max_length=40)
    service_version = models.PositiveIntegerField()
    title = models.CharField(max_length=100)
    applicant_id = models.UUIDField()
    division_code = models.CharField(max_length=12, db_index=True)
    channel = models.CharField(
        max_length=10,
        default=Channel.ONLINE.value,
        choices=[(channel.value, label) for channel, label in CHANNEL_LABELS.items()],
    )
    """The channel by which it was submitted: online, window or api. The cases are handled alike."""
    state = models.CharField(max_length=10, choices=States.choices, default=States.DRAFT)
    answers = EncryptedJSONField(default=dict)
    """The applicant's answers, by the key of the question or field."""
    facts = EncryptedJSONField(default=dict)
    """What the city already knew, and what granted cases have added, by fact key."""
    sources = models.JSONField(default=dict)
    """Fact key -> its source, in words for the reader."""
    pages_done = models.JSONField(default=list)
    created_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "cases_application"
        indexes = [
            models.Index(
                fields=["applicant_id", "-created_at"], include=["id", "state", "service"], name="applications_counted"
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["applicant_id", "service"], condition=Q(state="draft"), name="one_draft_per_service_and_person"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "discarded"]) | Q(number__isnull=False, submitted_at__isnull=False),
                name="a_submitted_application_has_number_and_time",
            ),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False) | (~Q(state="closed") & Q(closed_at__isnull=True)),
                name="application_closed_with_its_time",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in ServiceKind]), name="an_application_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(channel__in=[channel.value for channel in Channel]), name="an_application_channel_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "submitted", "closed", "discarded"]),
                name="an_application_state_is_known",
            ),
        ]

    def __str__(self) -> str:
        return self.number or str(self.id)


class Attachment(models.Model):
    """A file that the applicant uploaded for one material of an application."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="attachments")
    material = models.CharField(max_length=60)
    file_id = models.UUIDField()
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "cases_attachment"
        constraints = [
            models.UniqueConstraint(
                fields=["application", "material"], condition=Q(removed_at__isnull=True), name="one_file_per_material"
            )
        ]

    def __str__(self) -> str:
        return f"{self.material} of {self.application_id}"


class Case(models.Model):
    """A case (办件): one item, handled by one department, within an application."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="cases")
    number = models.CharField(max_length=22, unique=True)
    step_key = models.CharField(max_length=40)
    position = models.PositiveSmallIntegerField()
    item_code = models.CharField(max_length=10)
    item_version = models.PositiveIntegerField()
    name = models.CharField(max_length=100)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    division_code = models.CharField(max_length=12, db_index=True)
    optional = models.BooleanField(default=False)
    state = models.CharField(max_length=20, choices=STATES)
    round = models.PositiveSmallIntegerField(default=1)
    promised_days = models.PositiveSmallIntegerField()
    legal_days = models.PositiveSmallIntegerField()
    instant = models.BooleanField(default=False)
    received_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    promise_due = models.DateField(null=True)
    legal_due = models.DateField(null=True)
    promise_before = models.DateField(null=True)
    """The promised day as it was told first, if a new table of holidays has moved it to a later one."""
    decision = models.CharField(max_length=10, blank=True, choices=DECISIONS)
    decided_at = models.DateTimeField(null=True)
    automatic = models.BooleanField(default=False)
    """Whether the machine decided the case. `basis` then holds the rule and its inputs."""
    basis = models.JSONField(default=dict)
    reason = EncryptedTextField(blank=True, default="")
    """Why the case was denied, withdrawn or not accepted, in words for the applicant."""
    closed_at = models.DateTimeField(null=True)
    once_id = models.UUIDField(null=True)
    """Whom the item may be granted for only once (`once_per`), or None: an id, or a digest of the id and the year."""
    after = models.ManyToManyField("self", symmetrical=False, related_name="dependants", through="CaseDependency")

    class Meta:
        db_table = "cases_case"
        indexes = [
            models.Index(fields=["department", "state"], name="case_by_department"),
            models.Index(fields=["application", "position"], name="case_by_application"),
            models.Index(fields=["application"], name="cases_in_correction", condition=Q(state="correction")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["application", "step_key"], name="one_case_per_step_of_a_bundle"),
            models.UniqueConstraint(
                fields=["item_code", "once_id"], condition=BARRING, name="one_case_where_one_is_due"
            ),
            models.CheckConstraint(condition=Q(state__in=[s.value for s in State]), name="case_state_is_known"),
            models.CheckConstraint(
                condition=Q(decision="", decided_at__isnull=True) | (~Q(decision="") & Q(decided_at__isnull=False)),
                name="case_decision_with_its_time",
            ),
            models.CheckConstraint(
                condition=Q(decision__in=["", *(decision.value for decision in Decision)]),
                name="a_case_decision_is_known",
            ),
            models.CheckConstraint(condition=~Q(automatic=True, decision="denied"), name="a_machine_only_grants"),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(promise_due__isnull=False, legal_due__isnull=False),
                name="an_accepted_case_has_deadlines",
            ),
            models.CheckConstraint(
                condition=Q(legal_due__isnull=True) | Q(promise_due__lte=F("legal_due")),
                name="the_promise_is_within_the_law",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class CaseDependency(models.Model):
    """`case` starts only after `predecessor` has been granted."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="dependencies")
    predecessor = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="followers")

    class Meta:
        db_table = "cases_dependency"
        constraints = [
            models.UniqueConstraint(fields=["case", "predecessor"], name="one_dependency_per_pair"),
            models.CheckConstraint(condition=~Q(case=F("predecessor")), name="no_case_waits_for_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} after {self.predecessor_id}"


class CaseMaterial(models.Model):
    """The result of the last check of one material of a case."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="materials")
    key = models.CharField(max_length=60)
    name = models.CharField(max_length=100)
    way = models.CharField(max_length=12, choices=[(way.value, way.value) for way in Way])
    met = models.BooleanField()
    necessary = models.BooleanField(default=True)
    source = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    evidence = models.CharField(max_length=64, blank=True)
    checked_at = models.DateTimeField()

    class Meta:
        db_table = "cases_material"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["case", "key"], name="one_row_per_material_of_a_case"),
            models.CheckConstraint(condition=Q(way__in=[way.value for way in Way]), name="a_material_way_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.key} of {self.case_id}"


class Step(models.Model):
    """A to-do (待办) for a post, or for the machine."""

    class States(models.TextChoices):
        WAITING = "waiting"
        OPEN = "open"
        DONE = "done"
        CANCELLED = "cancelled"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="steps")
    round = models.PositiveSmallIntegerField(default=1)
    key = models.CharField(max_length=40)
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=10, choices=[(kind.value, kind.value) for kind in StepKind])
    stage = models.PositiveSmallIntegerField(default=1)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    post = models.CharField(
        max_length=12, blank=True, choices=[(kind.value, POST_LABELS[kind]) for kind in POSTS_OF_PLANS]
    )
    state = models.CharField(max_length=10, choices=States.choices)
    opened_at = models.DateTimeField(null=True)
    due_on = models.DateField(null=True)
    due_before = models.DateField(null=True)
    """The due day before a new table of holidays moved it; empty if none did."""
    done_at = models.DateTimeField(null=True)
    done_by = models.UUIDField(null=True)
    outcome = models.CharField(
        max_length=20, blank=True, choices=[(outcome.value, outcome.value) for outcome in StepOutcome]
    )
    opinion = EncryptedTextField(blank=True, default="")

    class Meta:
        db_table = "cases_step"
        indexes = [
            models.Index(fields=["department", "post", "due_on"], name="open_steps_by_post", condition=Q(state="open")),
            models.Index(fields=["done_by", "-done_at"], name="steps_done_by"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["case", "round", "key"], name="one_step_per_round"),
            models.CheckConstraint(
                condition=Q(state="done", done_at__isnull=False) | (~Q(state="done") & Q(done_at__isnull=True)),
                name="a_step_is_done_with_its_time",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in StepKind]), name="a_step_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(post__in=["", *(kind.value for kind in POSTS_OF_PLANS)]), name="a_step_post_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "open", "done", "cancelled"]), name="a_step_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=["", *(outcome.value for outcome in StepOutcome)]),
                name="a_step_outcome_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} of {self.case_id}"


class Correction(models.Model):
    """A correction notice (一次性补正告知), which names everything that is missing at once (行政许可法 Art. 32)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="corrections")
    round = models.PositiveSmallIntegerField()
    wanted = EncryptedJSONField(default=list)
    """A list of {"material": key, "name": name of the material, "sentence": what the applicant should do}."""
    issued_at = models.DateTimeField()
    issued_by = models.UUIDField()
    due_on = models.DateField()
    answered_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "cases_correction"
        constraints = [models.UniqueConstraint(fields=["case", "round"], name="one_notice_per_round")]

    def __str__(self) -> str:
        return f"round {self.round} of {self.case_id}"


class FactCorrection(models.Model):
    """A request to correct a fact that a department shared (更正申请). Its work order says how far it is."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="fact_corrections")
    fact = models.CharField(max_length=60)
    """The key of the fact, or of the question that a record has answered."""
    made_at = models.DateTimeField()

    class Meta:
        db_table = "cases_fact_correction"
        indexes = [models.Index(fields=["application", "fact"], name="corrections_of_a_fact")]

    def __str__(self) -> str:
        return f"{self.fact} of {self.application_id}"


class DraftTerm(models.Model):
    """How long drafts are kept that nobody works on, and since when. The newest row counts."""

    days = models.PositiveSmallIntegerField()
    since = models.DateField()
    """The day on which the nightly task first saw this setting. Notice is given from then on."""

    class Meta:
        db_table = "cases_draft_term"

    def __str__(self) -> str:
        return f"{self.days} days since {self.since}"


class NumberSeries(models.Model):
    """The last serial number that a department used on a day."""

    day = models.DateField()
    department_code = models.CharField(max_length=3)
    last = models.PositiveIntegerField()

    class Meta:
        db_table = "cases_number_series"
        constraints = [models.UniqueConstraint(fields=["day", "department_code"], name="one_series_per_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.department_code}: {self.last}"
