"""Operations of applications and cases. They call the same services as the pages, so the cases are the same."""

from typing import Annotated, Literal
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import File, Path, Query, Router
from ninja.files import UploadedFile

from tongban.handling.cases import queries, services
from tongban.handling.cases.api.shapes import (
    Acknowledgement,
    Answers,
    ApplicationOut,
    ApplicationPage,
    ApplicationRow,
    CaseOut,
    DraftOut,
    DraftProblem,
    MaterialState,
    NewApplication,
    Submission,
    Withdrawal,
)
from tongban.handling.cases.queries.timeline import CaseRow
from tongban.handling.cases.rights import own_draft
from tongban.handling.cases.rules.numbers import PATTERN
from tongban.people.api.access import RequiresScope, actor_of, principal_of
from tongban.people.api.interface import REFUSALS
from tongban.people.api.once import once
from tongban.people.api.pages import GUARD, MAX_PAGE_SIZE, check_unchanged, make_cursor, read_cursor, respond

router = Router(tags=["申请和办件"])
READ, WRITE = RequiresScope("applications:read"), RequiresScope("applications:write")
Number = Annotated[str, Path(pattern=PATTERN, description="22 位办件编号")]
ONCE = {
    "parameters": [
        {
            "name": "Idempotency-Key",
            "in": "header",
            "required": False,
            "schema": {"type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[!-~]{1,64}$"},
            "description": "断线重发时用同一个键，请求只会办一次；24 小时内有效",
        }
    ]
}
IF_MATCH = {
    "parameters": [
        {
            "name": "If-Match",
            "in": "header",
            "required": False,
            "schema": {"type": "string", "pattern": GUARD},
            "description": "读到的 ETag（也可以是逗号分开的几个，或 *）；内容变了就不改，回答 412；写得不对回答 400",
        }
    ]
}


@router.post(
    "/applications",
    auth=WRITE,
    response={201: DraftOut | ApplicationOut, **REFUSALS},
    summary="开始一份申请",
    openapi_extra=ONCE,
)
@once
def start(request: HttpRequest, body: NewApplication) -> tuple[int, DraftOut | ApplicationOut]:
    """建立草稿；同一项已有草稿时回到那一份。城市已经知道的信息会先填好。写了 checked 就直接提交。"""
    actor = actor_of(request)
    if body.checked is not None:
        made = services.apply_at_once(
            body.service, kind=body.kind, answers=body.answers, checked=body.checked, actor=actor
        )
        return 201, _new(made)
    draft = services.start_draft(body.service, kind=body.kind, actor=actor)
    if body.answers:
        services.merge_answers(draft.id, body.answers, actor=actor)
    return 201, _draft(draft.id, request)


@router.get("/applications", auth=READ, response={200: ApplicationPage, 304: None, **REFUSALS}, summary="我的申请")
def list_applications(
    request: HttpRequest,
    state: Literal["", "draft", "submitted", "closed"] = "",
    cursor: Annotated[str, Query(max_length=300)] = "",
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE_SIZE)] = 20,
) -> HttpResponse:
    """最新的在前。"""
    before = read_cursor("applications", cursor)
    rows = queries.applications_before(
        principal_of(request), before=UUID(before) if before else None, state=state, limit=limit + 1
    )
    more = make_cursor("applications", str(rows[limit - 1].id)) if len(rows) > limit else None
    shown = [ApplicationRow(**{name: getattr(row, name) for name in ApplicationRow.model_fields}) for row in rows]
    return respond(request, ApplicationPage(applications=shown[:limit], next=more))


@router.get(
    "/applications/{application_id}",
    auth=READ,
    response={200: DraftOut | ApplicationOut, 304: None, **REFUSALS},
    summary="一份申请",
)
def get_application(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """草稿：答案、材料和还缺什么。已提交：每个办件办到哪了。"""
    shown = _application(application_id, request)
    services.record_export(application_id, actor=actor_of(request))
    return respond(request, shown)


@router.delete(
    "/applications/{application_id}", auth=WRITE, response={200: Acknowledgement, **REFUSALS}, summary="放弃草稿"
)
@once
def discard(request: HttpRequest, application_id: UUID) -> tuple[int, Acknowledgement]:
    """草稿里的内容不再显示。"""
    services.discard_draft(application_id, actor=actor_of(request))
    return 200, Acknowledgement()


@router.patch(
    "/applications/{application_id}/answers",
    auth=WRITE,
    response={200: DraftOut, **REFUSALS},
    summary="填写",
    openapi_extra=IF_MATCH,
)
@transaction.atomic
def answer(request: HttpRequest, application_id: UUID, body: Answers) -> HttpResponse:
    """写什么存什么，写错的也存着；回答里的 problems 说明要改哪里。"""
    if "If-Match" in request.headers:
        own_draft(application_id, actor_of(request))  # locks the draft, so that nobody changes it after the comparison
        check_unchanged(request, _draft(application_id, request))
    services.merge_answers(application_id, body.answers, actor=actor_of(request))
    return respond(request, _draft(application_id, request))


@router.post(
    "/applications/{application_id}/materials/{key}",
    auth=WRITE,
    response={200: DraftOut | ApplicationOut, **REFUSALS},
    summary="上传一项材料",
)
@transaction.atomic
def attach(
    request: HttpRequest,
    application_id: UUID,
    key: Annotated[str, Path(pattern=r"^[A-Za-z0-9_.\-]{1,60}$")],
    file: File[UploadedFile],
) -> HttpResponse:
    """PDF、JPG 或 PNG，不超过 10 MB；代替这项材料先前的一份。补正时也用它。"""
    services.attach(application_id, key, content=file, name=file.name or "", actor=actor_of(request))
    return respond(request, _application(application_id, request))


@router.delete(
    "/applications/{application_id}/materials/{key}",
    auth=WRITE,
    response={200: DraftOut, **REFUSALS},
    summary="移除一项材料",
)
@once
def detach(
    request: HttpRequest, application_id: UUID, key: Annotated[str, Path(pattern=r"^[A-Za-z0-9_.\-]{1,60}$")]
) -> tuple[int, DraftOut]:
    """只能从草稿里移除。"""
    services.detach(application_id, key, actor=actor_of(request))
    return 200, _draft(application_id, request)


@router.post(
    "/applications/{application_id}/submission",
    auth=WRITE,
    response={200: ApplicationOut, **REFUSALS},
    summary="提交",
    openapi_extra=ONCE,
)
@once
def submit(request: HttpRequest, application_id: UUID, body: Submission) -> tuple[int, ApplicationOut]:
    """一份申请变成它的各个办件，送到各部门。重复提交得到同一个编号；还缺的在 errors 里逐处说明。"""
    return 200, _new(services.submit_draft(application_id, actor=actor_of(request), checked=body.checked))


@router.post(
    "/applications/{application_id}/withdrawal",
    auth=WRITE,
    response={200: ApplicationOut, **REFUSALS},
    summary="撤回",
    openapi_extra=ONCE,
)
@once
def withdraw(request: HttpRequest, application_id: UUID, body: Withdrawal) -> tuple[int, ApplicationOut]:
    """撤回还没有作出决定的办件。"""
    case_id = queries.own_case(body.case, principal_of(request)).id if body.case else None
    done = services.withdraw(application_id, reason=body.reason, actor=actor_of(request), case_id=case_id)
    return 200, _submitted(done)


@router.get("/cases/{number}", auth=READ, response={200: CaseOut, 304: None, **REFUSALS}, summary="一个办件")
def get_case(request: HttpRequest, number: Number) -> HttpResponse:
    """现在谁在办、到什么时候、要不要补正、有什么结果。"""
    return respond(request, _case(queries.own_case(number, principal_of(request))))


@router.post(
    "/cases/{number}/resubmission",
    auth=WRITE,
    response={200: CaseOut, **REFUSALS},
    summary="补正后重新提交",
    openapi_extra=ONCE,
)
@once
def resubmit(request: HttpRequest, number: Number) -> tuple[int, CaseOut]:
    """先用“上传一项材料”补齐，再重新提交。"""
    services.resubmit(queries.own_case(number, principal_of(request)).id, actor=actor_of(request))
    return 200, _case(queries.own_case(number, principal_of(request)))


def _application(application_id: UUID, request: HttpRequest) -> DraftOut | ApplicationOut:
    view = queries.draft(application_id, actor=actor_of(request))
    if view.application.state == "draft":
        return _draft(application_id, request)
    return _submitted(queries.submitted_application(application_id, principal_of(request)))


def _draft(application_id: UUID, request: HttpRequest) -> DraftOut:
    view = services.check_draft(application_id, actor=actor_of(request))
    application = view.application
    return DraftOut.model_validate(
        {
            "id": application.id,
            "kind": application.kind,
            "service": application.service,
            "version": view.plan.bundle.version,
            "stamp": view.plan.stamp,
            "title": application.title,
            "state": application.state,
            "saved_at": application.saved_at,
            "answers": application.answers,
            "steps": [step.name or view.plan.items[step.key].name for step in view.steps],
            "materials": [
                {name: getattr(m.outcome, name) for name in MaterialState.model_fields} for m in view.materials
            ],
            "problems": [DraftProblem(page=p.page, field=p.field, sentence=p.sentence) for p in view.problems],
        }
    )


def _new(made: services.Submitted) -> ApplicationOut:
    """Answer a submission from memory, unless it had been made before."""
    rows = queries.rows_of_new(made.cases) if made.cases is not None else queries.case_rows(made.application)
    return _shown(made.application, rows)


def _submitted(application: queries.Application) -> ApplicationOut:
    return _shown(application, queries.case_rows(application))


def _shown(application: queries.Application, rows: list[CaseRow]) -> ApplicationOut:
    return ApplicationOut.model_validate(
        {
            "id": application.id,
            "number": application.number,
            "kind": application.kind,
            "service": application.service,
            "version": application.service_version,
            "title": application.title,
            "state": application.state,
            "submitted_at": application.submitted_at,
            "closed_at": application.closed_at,
            "cases": [_case(row) for row in rows],
        }
    )


def _case(row: CaseRow) -> CaseOut:
    wanted = row.correction.wanted if row.correction else []
    return CaseOut(
        number=row.number,
        name=row.name,
        department=row.department,
        state=row.state,
        label=row.label,
        sentence=row.sentence,
        due=row.due,
        can_withdraw=row.can_withdraw,
        correction=[{"key": row["material"], "name": row["name"], "sentence": row["sentence"]} for row in wanted],
        results=[result.id for result in row.results],
    )
