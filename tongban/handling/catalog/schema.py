"""The schema of item files and bundle files (fields of GB/T 39046-2020, names in docs/glossary.md)."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from tongban.handling.catalog.facts import display_value
from tongban.handling.catalog.vocabulary import Source, StepKind
from tongban.people.organisation.rules import PostKind

Condition = dict[str, list[str]]
"""Key of a question or field -> the answers that satisfy it. All keys must be satisfied; an empty condition holds."""


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Material(Part):
    """A material (材料), and how it is met. If that fails, the applicant can always upload it."""

    key: str
    name: str
    source: Source
    licence_type: str = ""
    """For `licence`: the key of the licence type."""
    of: Literal["applicant", "mother", "father", "child"] = "applicant"
    """Whose licence or data it is."""
    resource: str = ""
    """For `data`: the key of the shared data resource in `exchange/libraries`."""
    fields: tuple[str, ...] = ()
    """For `form`: the keys of the form fields that it consists of."""
    commitment: str = ""
    """For `commitment`: the text of the commitment."""
    issuer: str = ""
    necessity: Literal["1", "2", "3"] = "1"
    """1 necessary, 2 optional, 3 may follow later (容缺后补)."""
    when: Condition = {}
    why: str = ""
    """Why applicants need not submit it (免提交), for the guide."""


class FormField(Part):
    """One field of a form. Fields with the same key in several items are one field, which is asked once."""

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
        "name",
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
    """How the answer is spelled and checked. `name` is the whole name of a person in any script, and `given_name` the
    Chinese name that a child gets. `text` is for what is no name, number, date or amount."""
    choices: tuple[tuple[str, str], ...] = ()
    """(value, label); labels may name facts in braces, e.g. `随父姓：{father_surname}`."""
    required: bool = True
    prefill: str = ""
    """The fact that prefills it, e.g. `applicant.phone`."""
    settled_by: str = ""
    """If this fact is known, every choice comes to the same: `prefill` answers the field, and nobody is asked."""
    max_length: int = 100
    least: str = ""
    most: str = ""
    """Bounds of an amount or a number, as decimals."""
    not_before: str = ""
    not_after: str = ""
    """Bounds of a date: `today`, or the key of another date field."""
    when: Condition = {}


class PlanStep(Part):
    """One planned step of officers (待办). Steps of one stage run in parallel, and stages follow one another."""

    key: str
    name: str
    kind: Literal[StepKind.ACCEPT, StepKind.OPINION, StepKind.DECIDE, StepKind.MAKE, StepKind.DELIVER]
    stage: int = 1
    post: Literal[PostKind.WINDOW, PostKind.HANDLER, PostKind.HEAD, PostKind.SUPERVISOR] = PostKind.HANDLER
    department: str = ""
    """The name of another department that does the step. Empty: the item's own department."""


class Result(Part):
    """A licence or document that the applicant receives."""

    licence_type: str
    name: str
    kind: Literal["licence", "document"]
    of: Literal["applicant", "mother", "father", "child"] = "applicant"
    surface: tuple[tuple[str, str], ...] = ()
    """(label on the face, key of a fact or field such as `child.name`), in order. Filled in when the result is issued.

    Files write a mapping. It is stored as pairs, since a JSON column does not keep the order of keys.
    """

    @field_validator("surface", mode="before")
    @classmethod
    def _as_pairs(cls, value: object) -> object:
        return tuple(value.items()) if isinstance(value, dict) else value


class LegalBasis(Part):
    """A law or document that the item is based on (设定依据). It is never made up; none means to be completed."""

    title: str
    article: str = ""


class Fee(Part):
    """One charge (收费项目), and the standard that sets it."""

    name: str
    standard: str


class Question(Part):
    text: str
    answer: str = ""


class Item(Part):
    """One version of a service item (政务服务事项)."""

    code: Annotated[str, Field(pattern=r"^[A-Z]{2,3}-[0-9]{2}$")]
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
    """Whether a fee is charged; None means to be completed."""
    fee_basis: str = ""
    fees: tuple["Fee", ...] = ()
    themes: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    """The groups (特定人群) that it mainly serves."""
    life_event: str = ""
    legal_basis: tuple[LegalBasis, ...] = ()
    conditions: tuple[str, ...] = ()
    """Who may apply (受理条件): two to five sentences in plain words."""
    conditions_source: str = ""
    """The law and article behind the conditions, for the department that confirms them."""
    summary: str = ""
    phone: str = ""
    supervision_phone: str = ""
    address: str = ""
    hours: str = ""
    faq: tuple[Question, ...] = ()
    materials: tuple[Material, ...] = ()
    form: tuple[FormField, ...] = ()
    apply_through: str = ""
    """The key of the bundle in which people apply for it, if it needs facts that only the bundle collects."""
    plan: tuple[PlanStep, ...] = ()
    results: tuple[Result, ...] = ()
    effects: tuple[str, ...] = ()
    """The names of the changes that a grant makes in the base libraries (see `exchange/libraries`)."""
    authored: bool = False
    """Whether form and plan are written in full. If not, the item gets the general form when it is published."""
    generic: bool = False
    """Whether the form is the general one (see `completing`). Set at publication."""
    auth_level: Literal[0, 1, 2, 3] | None = None
    """The real-name level (实名等级) that it needs; None: determined by `levels`."""
    by_person: bool = False
    """Whether persons apply although it serves organisations, because the organisation does not exist yet."""
    pilot: bool = False
    once_per: Literal["", "applicant", "birth", "child", "birth-year"] = ""
    """Whether one case at a time, or one that was granted, rules out another one: for the applicant or the child.

    With `birth-year`, it does so until the end of the calendar year in which it was submitted.
    """


class GuidingQuestion(Part):
    key: str
    text: str
    text_alone: str = ""
    """The question where one item of the bundle is applied for alone (`carrying`); empty: the same."""
    hint: str = ""
    choices: tuple[tuple[str, str], ...]
    resource: str = ""
    """The data resource that answers it: if it has a record, `answer` or `open_choices` says what follows from it."""
    answer: str = ""
    """The answer that any record gives; then nobody is asked."""
    fact: str = ""
    """The fact of the resource that `open_choices` goes by. It is shown with its source, and can be disputed."""
    open_choices: dict[str, tuple[str, ...]] = {}
    """Value of the fact -> the choices that it leaves open. If it leaves one, that is the answer, and nobody is asked.

    With a value that is not among them, or without a record, all choices are open.
    """
    usual: str = ""
    """The answer that is chosen beforehand. Never a benefit, a duty or a consent, only a way of doing something."""

    def choices_for(self, facts: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        """Return (value, label) of the choices that the known facts leave open."""
        left = self.open_choices.get(facts.get(self.fact, "")) if self.fact else None
        return self.choices if left is None else tuple(choice for choice in self.choices if choice[0] in left)

    def answer_by(self, facts: Mapping[str, str]) -> str:
        """Return the answer that a found record gives, or an empty string if it leaves more than one choice open."""
        left = self.choices_for(facts)
        return self.answer or (left[0][0] if self.fact and len(left) == 1 else "")

    def is_given_by(self, answer: str, facts: Mapping[str, str]) -> bool:
        """Return whether a found record gives this answer, or leaves it open. An unknown value of the fact does not."""
        return answer == self.answer if self.answer else answer in self.open_choices.get(facts.get(self.fact, ""), ())

    def rests_on_record(self, answer: str) -> bool:
        """Return whether a record of the resource would give this answer, or could rule it out."""
        if not answer or not self.resource:
            return False
        by_fact = self.open_choices.values() if self.fact else ()
        return answer == self.answer or any(answer not in left or left == (answer,) for left in by_fact)


class BundleStep(Part):
    key: str
    item: str = ""
    """The item's code; empty while the item is to be completed."""
    name: str = ""
    short: str = ""
    """The everyday name, at most nine characters, for drawings and lists."""
    department: str = ""
    """The department that does it, if no item says so yet."""
    promised_days: int | None = None
    """The bundle's own promise in working days, if no item says so yet; 0 is on the spot."""
    result: str = ""
    after: tuple[str, ...] = ()
    optional: bool = False
    when: Condition = {}


class Page(Part):
    """One page of the bundle's form: the facts that it shows, and the fields that it asks for."""

    key: str
    title: str
    hint: str = ""
    facts: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()


class Bundle(Part):
    """One version of a bundle (一件事): a graph of items with one form."""

    key: str
    version: int = 1
    name: str
    serves: tuple[Literal["person", "organisation"], ...]
    lead: str
    form_name: str
    hours: int
    """The promised time for the instant part, in business hours."""
    claim: str = ""
    summary: str = ""
    conditions: tuple[str, ...] = ()
    subject_resource: str = ""
    """The data resource that must exist to start (e.g. the hospital's birth record), or empty."""
    later_resource: str = ""
    """The data resource that has the same subject once its bundle was applied for. With it, items with `apply_through`
    can be applied for alone afterwards; without it, never."""
    questions: tuple[GuidingQuestion, ...] = ()
    pages: tuple[Page, ...] = ()
    steps: tuple[BundleStep, ...]
    nicknames: tuple[str, ...] = ()
    life_event: str = ""
    also_life_events: tuple[str, ...] = ()
    """Further life events under which it is offered, since people look for it there too."""
    groups: tuple[str, ...] = ()
    """The groups (特定人群) that it mainly serves."""
    icon: str = "doc"
    phone: str = ""
    supervision_phone: str = ""
    address: str = ""
    hours_open: str = ""
    fee_note: str = ""
    """A sentence that follows “free of charge” and names what does cost something."""
    faq: tuple[Question, ...] = ()
    authored: bool = False
    by_person: bool = False
    """Whether persons apply because the organisation does not exist yet."""
    extra: dict[str, object] = {}

    @property
    def required_items(self) -> tuple[str, ...]:
        """The codes of the items that everybody gets who applies, whatever they answer."""
        required = (step.item for step in self.steps if step.item and not (step.optional or step.when))
        return tuple(dict.fromkeys(required))


class Fact(Part):
    """A kind of fact that forms show instead of asking for it: its label, and how it is masked."""

    label: str
    source: str = ""
    mask: Literal["", "name", "number", "phone", "address", "account", "datetime"] = ""

    def display_value(self, value: str, *, minor: bool = False) -> str:
        """Return a value as a page may show it."""
        return display_value(self.mask, value, minor=minor)
