"""The one schema of an item file and a bundle file (fields of GB/T 39046-2020, names in docs/glossary.md)."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from tongban.handling.catalog.facts import shown
from tongban.handling.catalog.vocabulary import Source, StepKind
from tongban.people.organisation.rules import PostKind

Condition = dict[str, list[str]]
"""Question or field key -> the answers that make it true; all keys must hold. Empty: always true."""


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Material(Part):
    """A material (材料) and how it is met, best way first; an upload is always possible as the last way."""

    key: str
    name: str
    source: Source
    licence_type: str = ""
    """For `licence`: the key of the licence type."""
    of: Literal["applicant", "mother", "father", "child"] = "applicant"
    """Whose licence or data it is."""
    resource: str = ""
    """For `data`: the key of the shared data resource in exchange/libraries."""
    fields: tuple[str, ...] = ()
    """For `form`: the form fields that make it up."""
    commitment: str = ""
    """For `commitment`: the sentence to which the applicant commits."""
    issuer: str = ""
    necessity: Literal["1", "2", "3"] = "1"
    """1 necessary, 2 not necessary, 3 may follow later (容缺后补)."""
    when: Condition = {}
    why: str = ""
    """Why it need not be submitted, for the badge (免提交)."""


class FormField(Part):
    """One field of a form. Fields of one key are the same field in every item: asked once."""

    key: str
    label: str
    hint: str = ""
    kind: Literal[
        "text",
        "textarea",
        "phone",
        "choice",
        "bank_account",
        "given_name",
        "address",
        "date",
        "amount",
        "number",
        "month",
        "resident_number",
        "credit_code",
        "plate",
        "vin",
        "code",
    ]
    choices: tuple[tuple[str, str], ...] = ()
    """(value, label); labels may name facts in braces, e.g. `随父姓：{father_surname}`."""
    required: bool = True
    prefill: str = ""
    """The fact that fills it, e.g. `applicant.phone`."""
    max_length: int = 100
    least: str = ""
    most: str = ""
    """Bounds of an amount or a number, as decimals."""
    not_before: str = ""
    not_after: str = ""
    """Bounds of a date: `today`, or the key of another date of the form."""
    when: Condition = {}


class PlanStep(Part):
    """One step of a person (待办). Steps of one `stage` run side by side; a stage starts when the last is done."""

    key: str
    name: str
    kind: Literal[StepKind.ACCEPT, StepKind.OPINION, StepKind.DECIDE, StepKind.MAKE, StepKind.DELIVER]
    stage: int = 1
    post: Literal[PostKind.WINDOW, PostKind.HANDLER, PostKind.HEAD, PostKind.SUPERVISOR] = PostKind.HANDLER
    department: str = ""
    """Another department's name where it gives an opinion; else the item's own."""


class Result(Part):
    """What the applicant receives."""

    licence_type: str
    name: str
    kind: Literal["licence", "document"]
    of: Literal["applicant", "mother", "father", "child"] = "applicant"
    surface: tuple[tuple[str, str], ...] = ()
    """(label on the face, name of a fact or a field such as `child.name`) in their order, filled at issue.

    Written as a mapping in a file; kept as pairs, since a JSON column forgets the order of a mapping.
    """

    @field_validator("surface", mode="before")
    @classmethod
    def _as_pairs(cls, value: Any) -> Any:
        return tuple(value.items()) if isinstance(value, dict) else value


class LegalBasis(Part):
    """A law or document on which the item rests; never invented: empty means to be completed."""

    title: str
    article: str = ""


class Fee(Part):
    """One charge (收费项目): what for, and by which standard."""

    name: str
    standard: str


class Question(Part):
    text: str
    answer: str = ""


class Item(Part):
    """A service item (政务服务事项) as one version."""

    code: Annotated[str, Field(pattern=r"^[A-Z]{2,3}-\d{2}$")]
    version: int = 1
    name: str
    nicknames: tuple[str, ...] = ()
    field: str
    """The field's key, e.g. `HJ` 户籍身份."""
    field_name: str
    department: str
    task_type: str
    """事项类型, two digits of GB/T 39046-2020 A.1."""
    project_type: Literal["1", "2", "9"]
    """办件类型: 1 on the spot (即办件), 2 promised (承诺件)."""
    use_level: Literal["1", "2", "3", "4", "5", "6", "7"] = "3"
    catalog_code: str = ""
    task_code: str = ""
    serves: tuple[Literal["person", "organisation"], ...]
    legal_days: int
    promised_days: int
    instant: bool = False
    fallback_days: int | None = None
    visits: int = 0
    visit_reason: str = ""
    online_depth: str = ""
    cross_region: bool = False
    cross_region_mode: str = ""
    kiosk: bool = False
    handle_forms: tuple[str, ...] = ()
    fee: bool | None = None
    """Whether it costs anything; unknown means to be completed."""
    fee_basis: str = ""
    fees: tuple["Fee", ...] = ()
    themes: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    """The specific groups (特定人群) whom it serves first of all."""
    life_event: str = ""
    legal_basis: tuple[LegalBasis, ...] = ()
    conditions: tuple[str, ...] = ()
    """Who may apply (受理条件), as two to five sentences in plain words."""
    conditions_source: str = ""
    """From which law and article the conditions were written, for the department that confirms them."""
    summary: str = ""
    phone: str = ""
    supervision_phone: str = ""
    address: str = ""
    hours: str = ""
    faq: tuple[Question, ...] = ()
    materials: tuple[Material, ...] = ()
    form: tuple[FormField, ...] = ()
    apply_through: str = ""
    """The bundle in which it is applied for, where it needs facts that only the bundle gathers."""
    plan: tuple[PlanStep, ...] = ()
    results: tuple[Result, ...] = ()
    effects: tuple[str, ...] = ()
    """What a grant changes in the base libraries, by name (see exchange/libraries)."""
    authored: bool = False
    """Whether the form and plan are written in full; a published item that is not gets the general form."""
    generic: bool = False
    """Set at publication: the form is the general one (see `completing`)."""
    auth_level: Literal[0, 1, 2, 3] | None = None
    """The real-name level that it needs (实名等级); None: the rule of `levels` says."""
    by_person: bool = False
    """A person applies for it though it serves organisations: the organisation does not exist yet."""
    pilot: bool = False


class GuidingQuestion(Part):
    key: str
    text: str
    hint: str = ""
    choices: tuple[tuple[str, str], ...]


class BundleStep(Part):
    key: str
    item: str = ""
    """The item's code; empty while the item is to be completed."""
    name: str = ""
    short: str = ""
    """The everyday name, at most nine characters, for pictures and lists."""
    department: str = ""
    """Who does it, where no item says so yet."""
    promised_days: int | None = None
    """The bundle's own promise, where no item says so yet; 0 is on the spot."""
    result: str = ""
    after: tuple[str, ...] = ()
    optional: bool = False
    when: Condition = {}


class Page(Part):
    """One page of the bundle's form: the facts it shows and the fields it asks."""

    key: str
    title: str
    hint: str = ""
    facts: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()


class Bundle(Part):
    """A one-thing bundle (一件事) as one version: a graph of items with one form."""

    key: str
    version: int = 1
    name: str
    serves: tuple[Literal["person", "organisation"], ...]
    lead: str
    form_name: str
    hours: int
    """The promise for the instant part, in business hours."""
    claim: str = ""
    summary: str = ""
    conditions: tuple[str, ...] = ()
    subject_resource: str = ""
    """The data resource that must be found to start (e.g. the hospital's birth record), or empty."""
    questions: tuple[GuidingQuestion, ...] = ()
    pages: tuple[Page, ...] = ()
    steps: tuple[BundleStep, ...]
    nicknames: tuple[str, ...] = ()
    life_event: str = ""
    icon: str = "doc"
    phone: str = ""
    supervision_phone: str = ""
    address: str = ""
    hours_open: str = ""
    fee_note: str = ""
    """A sentence after "free of charge", about what costs something all the same."""
    faq: tuple[Question, ...] = ()
    authored: bool = False
    by_person: bool = False
    """As for an item: a person applies, since the organisation does not exist yet."""
    extra: dict[str, Any] = {}


class Fact(Part):
    """A fact that the city knows and the form shows instead of asking: its label and how it is masked."""

    label: str
    source: str = ""
    mask: Literal["", "name", "number", "phone", "address", "account", "datetime"] = ""

    def shown(self, value: str, *, minor: bool = False) -> str:
        """The value as a page may show it."""
        return shown(self.mask, value, minor=minor)
