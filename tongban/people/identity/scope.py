"""Which rows of a list an actor may see, as one condition of the query made from their posts."""

from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Q

from tongban.foundation.codes import division_prefix
from tongban.people.identity.actors import Actor, PostHeld

NOTHING = Q(pk__in=[])


@dataclass(frozen=True)
class Visibility:
    """The posts that make rows visible. Without any, nothing is visible."""

    posts: tuple[PostHeld, ...]

    def clause(self, *, department: str = "department_id", post: str = "", division: str = "") -> Q:
        """Return the condition. The arguments name the columns of the department, the kind of post and the division."""
        terms = dict.fromkeys(_term(held, department, post, division) for held in self.posts)
        return reduce(or_, (Q(*term) for term in terms), Q()) if terms else NOTHING

    def at_posts(self, post: str = "post_id") -> Q:
        """Return the condition for a list whose rows each belong to a single post."""
        return Q(**{f"{post}__in": [held.post_id for held in self.posts]}) if self.posts else NOTHING


def scope_of(actor: Actor, *kinds: str) -> Visibility:
    """Return what the actor may see by all posts they hold now, or by those of the given kinds."""
    return Visibility(tuple(held for held in actor.posts if not kinds or held.kind in kinds))


def _term(held: PostHeld, department: str, post: str, division: str) -> tuple[tuple[str, object], ...]:
    term: list[tuple[str, object]] = [(department, held.department_id)]
    if post:
        term.append((post, held.kind))
    if division and (beginning := division_prefix(held.division_code)):
        term.append((f"{division}__startswith", beginning))
    return tuple(term)
