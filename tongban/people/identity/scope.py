"""What an actor may see of a list: his posts as one clause of the query, never row by row."""

from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Q

from tongban.foundation.codes import division_prefix
from tongban.people.identity.actors import Actor, PostHeld

NOTHING = Q(pk__in=[])


@dataclass(frozen=True)
class Scope:
    """The posts by which he may see; none of them, and he sees nothing."""

    posts: tuple[PostHeld, ...]

    def clause(self, *, department: str = "department_id", post: str = "", division: str = "") -> Q:
        """The condition in terms of the list's columns: the department's, the kind of post's, the division's."""
        terms = dict.fromkeys(_term(held, department, post, division) for held in self.posts)
        return reduce(or_, (Q(*term) for term in terms), Q()) if terms else NOTHING

    def at_posts(self, post: str = "post_id") -> Q:
        """The condition for a list whose rows belong to a single post each."""
        return Q(**{f"{post}__in": [held.post_id for held in self.posts]}) if self.posts else NOTHING


def scope_of(actor: Actor, *kinds: str) -> Scope:
    """By all posts that the actor holds now, or by those of some kinds."""
    return Scope(tuple(held for held in actor.posts if not kinds or held.kind in kinds))


def _term(held: PostHeld, department: str, post: str, division: str) -> tuple[tuple[str, object], ...]:
    term: list[tuple[str, object]] = [(department, held.department_id)]
    if post:
        term.append((post, held.kind))
    if division and (beginning := division_prefix(held.division_code)):
        term.append((f"{division}__startswith", beginning))
    return tuple(term)
