"""What look-ups in the base libraries are told: facts and the platform say whose data is read, never a form."""

from tongban.foundation.ids import new_id
from tongban.handling.cases.models import Application
from tongban.handling.cases.plan import look_up_context


def test_an_answer_never_names_whose_data_is_read_or_for_which_case():
    stranger, child = str(new_id()), str(new_id())
    answers = {"child.id": stranger, "mother.id": stranger, "case.number": "1", "application.id": stranger, "sex": "f"}
    application = Application(answers=answers, facts={"child.id": child}, number="26")
    context = look_up_context(application)
    assert context == {
        "sex": "f", "child.id": child, "application.id": str(application.id), "application.number": "26",
    }  # fmt: skip
