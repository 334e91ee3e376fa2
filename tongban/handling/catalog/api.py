"""Operations of the catalogue. They are public and need no token."""

from collections.abc import Iterable
from typing import Annotated, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from pydantic import BaseModel, Field

from tongban.handling.catalog import queries
from tongban.handling.catalog.carrying import carried_questions
from tongban.handling.catalog.schema import Bundle, FormField, GuidingQuestion, Item
from tongban.people.api.interface import PUBLIC_REFUSALS
from tongban.people.api.pages import MAX_PAGE_SIZE, make_cursor, read_cursor, respond

router = Router(tags=["事项目录"])
Words = Annotated[str, Query(max_length=60)]
Code = Annotated[str, Path(pattern=r"^[A-Z]{2,3}-[0-9]{2}$", description="事项编号，例如 HJ-01")]
Key = Annotated[str, Path(pattern=r"^[a-z][a-z0-9-]{1,59}$", description="一件事的编号，例如 birth")]
Limit = Annotated[int, Query(ge=1, le=MAX_PAGE_SIZE, description="这一页最多几条")]


class ItemRow(BaseModel):
    """One item in the list."""

    code: str
    name: str
    department: str
    serves: list[str]
    instant: bool
    promised_days: int
    visits: int
    can_apply: bool


class ItemPage(BaseModel):
    items: list[ItemRow]
    next: str | None = Field(description="下一页的 cursor；没有下一页时为 null")


class FieldOut(BaseModel):
    """One field of the form. `when`: key of a question or field -> the answers that call for this field."""

    key: str
    label: str
    hint: str
    kind: str
    required: bool
    max_length: int
    choices: list[tuple[str, str]]
    when: dict[str, list[str]]


class MaterialOut(BaseModel):
    """One material. The platform usually obtains `licence`, `data` and `form` materials itself."""

    key: str
    name: str
    source: Literal["licence", "data", "form", "commitment", "upload"]
    necessity: Literal["1", "2", "3"] = Field(description="1 必要，2 非必要，3 容缺后补")
    when: dict[str, list[str]]


class QuestionOut(BaseModel):
    key: str
    text: str
    choices: list[tuple[str, str]]


class ItemOut(BaseModel):
    """An item in force, with everything that is needed to apply for it."""

    code: str
    version: int
    name: str
    nicknames: list[str]
    department: str
    task_type: str
    project_type: str
    serves: list[str]
    legal_days: int
    promised_days: int
    instant: bool
    summary: str
    conditions: list[str]
    phone: str
    apply_through: str = Field(description="先在这件“一件事”里申请；空表示可以单独申请")
    questions: list[QuestionOut] = Field(description="单独申请时先要回答的问题，答案与表单的字段一起提交")
    form: list[FieldOut]
    materials: list[MaterialOut]
    results: list[str]


class StepOut(BaseModel):
    key: str
    item: str
    name: str
    after: list[str]
    optional: bool
    when: dict[str, list[str]]


class BundleRow(BaseModel):
    key: str
    name: str
    serves: list[str]
    summary: str


class BundleList(BaseModel):
    bundles: list[BundleRow]


class BundleOut(BundleRow):
    """A bundle (一件事). The answers to its questions choose the items that are applied for."""

    version: int
    lead: str
    conditions: list[str]
    questions: list[QuestionOut]
    steps: list[StepOut]
    form: list[FieldOut]


@router.get("/items", response={200: ItemPage, 304: None, **PUBLIC_REFUSALS}, summary="查找事项")
def list_items(
    request: HttpRequest,
    q: Words = "",
    theme: Words = "",
    department: Words = "",
    serves: Literal["", "person", "organisation"] = "",
    instant: bool = False,
    cursor: Annotated[str, Query(max_length=300)] = "",
    limit: Limit = 20,
) -> HttpResponse:
    """按主题、部门、服务对象筛选现行事项，按编号排列；`q` 用平常的话找，按相关程度排列，不分页。"""
    wanted = queries.Filter(theme=theme, department=department, serves=serves, instant=instant)
    if q.strip():
        rows = queries.items_found(q, wanted, limit=limit)
        return respond(request, ItemPage(items=[_row(row) for row in rows], next=None))
    after = read_cursor("items", cursor)
    rows = queries.items_after(wanted, after=str(after or ""), limit=limit + 1)
    more = make_cursor("items", rows[limit - 1]["code"]) if len(rows) > limit else None
    return respond(request, ItemPage(items=[_row(row) for row in rows[:limit]], next=more))


@router.get("/items/{code}", response={200: ItemOut, 304: None, **PUBLIC_REFUSALS}, summary="一个事项的办事指南")
def get_item(request: HttpRequest, code: Code) -> HttpResponse:
    """现行版本：表单、材料、条件、时限和结果。"""
    return respond(request, _item(queries.item_as_named_now(queries.item(code))))


@router.get("/bundles", response={200: BundleList, 304: None, **PUBLIC_REFUSALS}, summary="全部“一件事”")
def list_bundles(request: HttpRequest) -> HttpResponse:
    """现行的一件事，一共只有几十件，不分页。"""
    return respond(request, BundleList(bundles=[_bundle_row(bundle) for bundle in queries.bundles()]))


@router.get("/bundles/{key}", response={200: BundleOut, 304: None, **PUBLIC_REFUSALS}, summary="一件“一件事”")
def get_bundle(request: HttpRequest, key: Key) -> HttpResponse:
    """引导问题、各个步骤和合并后的表单：同一个字段只问一次。"""
    bundle = queries.bundle(key)
    lead = queries.Naming().name(bundle.lead)
    items = queries.items_named({step.item for step in bundle.steps})
    fields = {field.key: field for item in items.values() for field in item.form}
    body = BundleOut(
        **_bundle_row(bundle).model_dump(),
        version=bundle.version,
        lead=lead,
        conditions=list(bundle.conditions),
        questions=_questions(bundle.questions),
        steps=[
            StepOut(
                key=step.key,
                item=step.item,
                name=step.name or (items[step.item].name if step.item in items else ""),
                after=list(step.after),
                optional=step.optional,
                when=step.when,
            )
            for step in bundle.steps
        ],
        form=[_field(field) for field in fields.values()],
    )
    return respond(request, body)


def _row(row: queries.Card) -> ItemRow:
    return ItemRow(
        code=row["code"],
        name=row["name"],
        department=row["department_name"],
        serves=row["serves"],
        instant=row["instant"],
        promised_days=row["promised_days"],
        visits=row["visits"],
        can_apply=row["authored"],
    )


def _item(item: Item) -> ItemOut:
    through = queries.bundle_in_force(item.apply_through) if item.apply_through else None
    return ItemOut(
        **item.model_dump(include=set(ItemOut.model_fields) - {"questions", "form", "materials", "results"}),
        questions=_questions(carried_questions(item, through)) if through and through.later_resource else [],
        form=[_field(field) for field in item.form],
        materials=[MaterialOut(**m.model_dump(include=set(MaterialOut.model_fields))) for m in item.materials],
        results=[result.name for result in item.results],
    )


def _questions(questions: Iterable[GuidingQuestion]) -> list[QuestionOut]:
    return [QuestionOut(key=q.key, text=q.text, choices=list(q.choices)) for q in questions]


def _field(field: FormField) -> FieldOut:
    return FieldOut(**field.model_dump(include=set(FieldOut.model_fields)))


def _bundle_row(bundle: Bundle) -> BundleRow:
    return BundleRow(**bundle.model_dump(include=set(BundleRow.model_fields)))
