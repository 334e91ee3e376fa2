"""What the page's header may show about the signed-in person and in whose name they act."""

from django.http import HttpRequest

from tongban.foundation.ui.slots import Viewer
from tongban.people.identity import queries
from tongban.people.identity.access import actor_of_request, applicant_of_request
from tongban.people.identity.actors import Channel
from tongban.people.identity.models import Subject
from tongban.people.identity.rules import IDLE_PUBLIC, IDLE_STAFF, KIND_WORDS, MandateKind, salutation
from tongban.people.organisation import queries as organisation
from tongban.trust.crypto.masking import mask


def viewer_of(request: HttpRequest) -> Viewer | None:
    """Return the viewer of a request, or None when nobody is signed in."""
    own, acting = actor_of_request(request), applicant_of_request(request)
    if own is None or own.subject_id is None or acting is None or acting.acting_for is None:
        return None
    subjects = queries.with_representation([own.subject_id, acting.acting_for])
    subject, principal = subjects[own.subject_id], subjects[acting.acting_for]
    person = subject.kind == Subject.Kinds.PERSON
    return Viewer(
        name=_shown(subject),
        salutation=salutation(subject.name, subject.number) if person and principal == subject else "",
        is_officer=own.is_officer,
        department=organisation.short_name(own.posts[0].department_id) if own.posts else "",
        actor=acting,
        posts=tuple(post.kind for post in own.posts),
        acting_for=_shown(principal) if principal != subject else "",
        at_window=acting.channel == Channel.WINDOW,
        acting_words=KIND_WORDS[MandateKind(acting.right.kind)] if acting.right else "",
        idle_minutes=int((IDLE_STAFF if own.is_officer else IDLE_PUBLIC).total_seconds() // 60),
        represents=bool(vars(subject)["represents"]),
        helps=bool(vars(subject)["helps"]),
    )


def _shown(subject: Subject) -> str:
    return mask("name", subject.name) if subject.kind == Subject.Kinds.PERSON else subject.name
