"""The lock order of this room: the application first, then the case, then the step. It rules out deadlocks."""

from uuid import UUID

from tongban.foundation.errors import NotFound
from tongban.handling.cases import hot
from tongban.handling.cases.models import Application, Case, Step


def lock_application(application_id: UUID) -> Application:
    """Lock an application until the transaction ends. Lock it before any of its cases.

    Raises NotFound.
    """
    application = Application.objects.select_for_update().filter(id=application_id).first()
    if application is None:
        raise NotFound("没有找到这份申请，请从“我的办件”里打开。")
    return application


def lock_case(case_id: UUID) -> Case:
    """Lock a case after its application. Raises NotFound."""
    application = hot.lock_application_of(case_id)
    case = hot.lock_case_of(application, case_id) if application is not None else None
    if case is None:
        raise NotFound("没有找到这个办件，请检查编号。")
    return case


def lock_step(step_id: UUID) -> Step:
    """Lock a step after its application and case. Raises NotFound."""
    case_id = Step.objects.filter(id=step_id).values_list("case_id", flat=True).first()
    if case_id is None:
        raise NotFound("没有找到这个待办，请从待办列表里打开。")
    case = lock_case(case_id)
    step = Step.objects.select_for_update().get(id=step_id)
    step.case = case
    return step
