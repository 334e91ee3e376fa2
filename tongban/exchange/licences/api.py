"""Operations of results: one's own licences, and public verification by a code."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import BaseModel, Field, StringConstraints

from tongban.exchange.licences import queries, services
from tongban.exchange.licences.queries import LicenceFacts
from tongban.exchange.licences.rules import GUESSED
from tongban.people.api.access import RequiresScope, actor_of, principal_of
from tongban.people.api.guesses import guessing
from tongban.people.api.interface import PUBLIC_REFUSALS, REFUSALS, StrictBody
from tongban.people.api.pages import MAX_PAGE_SIZE, make_cursor, read_cursor, respond

router = Router(tags=["结果和核验"])
READ = RequiresScope("results:read")


class ResultOut(BaseModel):
    """A licence or document that the applicant holds. Personal names and numbers are masked."""

    id: UUID
    name: str
    kind: str
    identifier: str
    holder_name: str
    number: str
    issuer_name: str
    status: str
    status_word: str
    issued_at: datetime
    valid_from: date
    valid_until: date | None
    case_number: str
    verify_code: str


class ResultPage(BaseModel):
    results: list[ResultOut]
    next: str | None


class Code(StrictBody):
    code: Annotated[str, StringConstraints(min_length=6, max_length=120, pattern=r"^[A-Za-z0-9._\-]+$")] = Field(
        description="证照上的核验码或电子证照标识"
    )


class Verification(BaseModel):
    """Whether a licence is genuine and in force, with the same data as the public page."""

    genuine: bool
    in_force: bool
    name: str
    holder_name: str
    number: str
    issuer_name: str
    status_word: str
    issued_at: datetime


@router.get("/results", auth=READ, response={200: ResultPage, 304: None, **REFUSALS}, summary="我的办理结果")
def list_results(
    request: HttpRequest,
    cursor: Annotated[str, Query(max_length=300)] = "",
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE_SIZE)] = 20,
) -> HttpResponse:
    """最新的在前，只列现行的一版。"""
    before = read_cursor("results", cursor)
    found = queries.held_before(principal_of(request), before=UUID(before) if before else None, limit=limit + 1)
    more = make_cursor("results", str(found[limit - 1].id)) if len(found) > limit else None
    return respond(request, ResultPage(results=[_result(one) for one in found[:limit]], next=more))


@router.get("/results/{result_id}", auth=READ, response={200: ResultOut, 304: None, **REFUSALS}, summary="一项结果")
def get_result(request: HttpRequest, result_id: UUID) -> HttpResponse:
    """一份电子证照或结果文书。"""
    return respond(request, _result(queries.facts_of(queries.in_wallet(result_id, actor=actor_of(request)))))


@router.get(
    "/results/{result_id}/document",
    auth=READ,
    response={200: None, **REFUSALS},
    summary="结果的 PDF 原件",
    openapi_extra={
        "responses": {
            200: {
                "description": "加盖电子印章的 PDF",
                "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
            }
        }
    },
)
def get_document(request: HttpRequest, result_id: UUID) -> HttpResponse:
    """加盖电子印章的原件，任何人都能核验。"""
    held = queries.in_wallet(result_id, actor=actor_of(request))
    content = services.render(held.id, actor=actor_of(request))
    return HttpResponse(content, content_type="application/pdf", headers={"Cache-Control": "private, no-store"})


@router.post("/verification", response={200: Verification, **PUBLIC_REFUSALS}, summary="核验证照")
def verify(request: HttpRequest, body: Code) -> HttpResponse:
    """不用令牌；未成年人的姓名不公开。"""
    with guessing(request, GUESSED):
        found = services.verify(body.code, actor=None, channel="api")
    shown = found.licence
    answer = Verification(
        genuine=found.result.record_ok,
        in_force=found.result.record_ok and shown.is_valid,
        name=shown.name,
        holder_name=shown.holder_name,
        number=shown.number,
        issuer_name=shown.issuer_name,
        status_word=shown.status_word,
        issued_at=shown.issued_at,
    )
    return respond(request, answer)


def _result(facts: LicenceFacts) -> ResultOut:
    return ResultOut(**{name: getattr(facts, name) for name in ResultOut.model_fields})
