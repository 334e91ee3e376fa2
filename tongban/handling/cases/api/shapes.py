"""The request and response bodies of the operations on applications and cases."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from tongban.handling.cases.rules.numbers import PATTERN
from tongban.people.api.interface import StrictBody

Text = Annotated[str, StringConstraints(max_length=2000, pattern=r"^[^\x00]*$")]
Key = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.\-]{1,60}$")]
Answered = Annotated[
    dict[Key, Text],
    Field(description="问题或字段的编号 -> 答案；没有写的不变。书面承诺写 commit.<材料编号>: yes", max_length=200),
]
Stamp = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]


class NewApplication(StrictBody):
    """What to apply for. With answers and a stamp, the application is started and submitted in one request."""

    kind: Literal["item", "bundle"]
    service: Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9-]{1,59}$")] = Field(
        description="事项编号或一件事的编号", examples=["HJ-01"]
    )
    answers: Answered = {}
    checked: Stamp | None = Field(
        default=None,
        description="写了就一次办完：填好并提交，提交不了就什么也不留下。同一事项、同样步骤的 stamp 都相同，"
        "从任何一份草稿里读到即可；要求变了回答 409",
    )


class Answers(StrictBody):
    answers: Answered


class Submission(StrictBody):
    checked: Stamp = Field(description="核对时读到的 stamp：要求变了就不提交，回答 409")


class Withdrawal(StrictBody):
    reason: Text = ""
    case: Annotated[str, StringConstraints(pattern=PATTERN)] | None = Field(
        default=None, description="只撤回这一个办件；不写就全部撤回"
    )


class DraftProblem(BaseModel):
    """One reason why the draft cannot be submitted yet, with the page and field to correct."""

    page: str
    field: str
    sentence: str


class MaterialState(BaseModel):
    key: str
    name: str
    met: bool
    way: str
    necessary: bool
    source: str
    reason: str


class CaseOut(BaseModel):
    """One case as its applicant sees it."""

    number: str
    name: str
    department: str
    state: str
    label: str
    sentence: str
    due: date | None
    can_withdraw: bool
    correction: list[dict[str, str]] = Field(description="要补正的材料：key、name 和怎样补")
    results: list[UUID]


class ApplicationRow(BaseModel):
    id: UUID
    number: str | None
    title: str
    kind: Literal["item", "bundle"]
    service: str
    state: Literal["draft", "submitted", "closed"]
    at: datetime = Field(description="提交时间；草稿是保存时间")
    cases: int
    closed: int
    corrections: int


class ApplicationPage(BaseModel):
    applications: list[ApplicationRow]
    next: str | None


class DraftOut(BaseModel):
    """A draft: its answers, the state of each material, and what must be corrected before it can be submitted."""

    id: UUID
    kind: Literal["item", "bundle"]
    service: str
    version: int
    stamp: str = Field(description="现在的要求的标记，提交时作为 checked")
    title: str
    state: Literal["draft"]
    saved_at: datetime
    answers: dict[str, str]
    steps: list[str] = Field(description="按答案会办的步骤")
    materials: list[MaterialState]
    problems: list[DraftProblem]


class ApplicationOut(BaseModel):
    """A submitted application with its cases."""

    id: UUID
    number: str
    kind: Literal["item", "bundle"]
    service: str
    version: int
    title: str
    state: Literal["submitted", "closed"]
    submitted_at: datetime
    closed_at: datetime | None
    cases: list[CaseOut]


class Acknowledgement(BaseModel):
    """Confirmation that the request was carried out."""

    done: bool = True
