"""What a page may show about the signed-in person and in whose name they act."""

from dataclasses import dataclass

from django.http import HttpRequest

from tongban.foundation.city import city
from tongban.foundation.ui import slots
from tongban.people.identity import queries
from tongban.people.identity.access import actor_of_request, applicant_of_request, principal_of_request
from tongban.people.identity.actors import Actor, Channel
from tongban.people.identity.models import Subject
from tongban.people.identity.policy import covers
from tongban.people.identity.rules import IDLE_PUBLIC, IDLE_STAFF, KIND_WORDS, MandateKind, salutation
from tongban.trust.crypto.masking import mask


@dataclass(frozen=True, kw_only=True)
class Viewer(slots.Viewer):
    """The viewer, with what the templates of this room and of higher ones ask for."""

    salutation: str
    """The greeting on the home page, e.g. `李女士`; if empty, the masked name is used."""
    acting_for: str
    """The name of the principal, if the viewer does not act for themselves."""
    at_window: bool
    """Whether the viewer is a clerk who acts for a person present at the window."""
    acting_words: str
    """The kind of mandate, e.g. `亲情代办`; empty for a firm's legal representative and at a window."""
    represents: bool
    """Whether there is an organisation that the viewer may act for."""


def viewer_of(request: HttpRequest) -> Viewer | None:
    """Return the viewer of a request, or None when nobody is signed in."""
    own, acting = actor_of_request(request), applicant_of_request(request)
    if own is None or own.account_id is None or acting is None:
        return None
    standing = queries.standing_of(request.user) or queries.read_standing(own.account_id)
    if standing is None:
        return None
    subject, principal = standing.subject, principal_of_request(request) or standing.subject
    person = subject.kind == Subject.Kinds.PERSON
    at_window = acting.channel == Channel.WINDOW
    acting_words = KIND_WORDS[MandateKind(acting.right.kind)] if acting.right else ""
    return Viewer(
        name=_shown(subject),
        is_officer=own.is_officer,
        department=standing.department,
        posts=tuple(post.kind for post in own.posts),
        city_posts=tuple(post.kind for post in own.posts if covers(post.division_code, city().code)),
        idle_minutes=int((IDLE_STAFF if own.is_officer else IDLE_PUBLIC).total_seconds() // 60),
        has_my_menu=not acting_words and not at_window,
        banner="identity/acting.html" if principal != subject else "",
        links=_links(own, represents=standing.represents, helps=standing.helps) if principal == subject else (),
        salutation=salutation(subject.surname or "", subject.name, subject.number)
        if person and principal == subject
        else "",
        acting_for=_shown(principal) if principal != subject else "",
        at_window=at_window,
        acting_words=acting_words,
        represents=standing.represents,
    )


def _links(actor: Actor, *, represents: bool, helps: bool) -> tuple[tuple[str, str], ...]:
    """Return the link to the page where the viewer chooses in whose name to act."""
    if represents and (not actor.is_officer or actor.own):
        return (("切换到企业", "acting-for"),)
    return (("替别人办", "acting-for"),) if helps else ()


def _shown(subject: Subject) -> str:
    return mask("name", subject.name) if subject.kind == Subject.Kinds.PERSON else subject.name
