"""What the page's header may show of a signed-in person."""

from django.http import HttpRequest

from tongban.foundation.crypto.masking import mask_name
from tongban.foundation.identity import queries
from tongban.foundation.identity.access import actor_of_request
from tongban.foundation.identity.models import Subject
from tongban.foundation.identity.rules import salutation
from tongban.foundation.organisation import queries as organisation
from tongban.foundation.ui.slots import Viewer


def viewer_of(request: HttpRequest) -> Viewer | None:
    """The viewer of a request, or None when nobody is signed in."""
    actor = actor_of_request(request)
    if actor is None or actor.subject_id is None:
        return None
    subject = queries.subject(actor.subject_id)
    person = subject.kind == Subject.Kinds.PERSON
    department = ""
    if actor.posts:
        department = organisation.short_name(actor.posts[0].department_id)
    return Viewer(
        name=mask_name(subject.name) if person else subject.name,
        salutation=salutation(subject.name, subject.number) if person else "",
        is_officer=actor.is_officer,
        department=department,
        actor=actor,
    )
