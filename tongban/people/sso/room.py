from tongban.foundation import rooms
from tongban.foundation.operations.queues import Queue
from tongban.foundation.ui.shell import FooterLink
from tongban.foundation.ui.slots import MenuArea, MenuEntry
from tongban.people.identity.audiences import Audience
from tongban.people.organisation.rules import PostKind

OWNERS = (PostKind.HANDLER, PostKind.HEAD)
REVIEWERS = (PostKind.SYSTEM_ADMIN, PostKind.SECURITY_ADMIN)
"""Administrators of a district do not review: only those of the city's data bureau do."""


class Room(rooms.Room):
    name = "tongban.people.sso"
    label = "sso"
    menu = (
        MenuEntry("登录过的系统", "sso:mine", area=MenuArea.MY, matches_subpages=True, order=70),
        MenuEntry("接入系统", "sso:systems", matches_subpages=True, order=65, posts=OWNERS, city_posts=REVIEWERS),
    )
    footer = (FooterLink("登录过的系统", "sso:mine", "我的", order=70),)
    styles = ("sso/sso.css",)
    queues = (Queue("sso", own=8),)
    """Waiting for other systems must not delay our own work."""
    audiences = {
        "sso:configuration": Audience.EVERYBODY,
        "sso:metadata": Audience.EVERYBODY,
        "sso:keys": Audience.EVERYBODY,
        "sso:authorize": Audience.PROTOCOL,
        "sso:consent": Audience.PROTOCOL,
        "sso:token": Audience.PROTOCOL,
        "sso:introspect": Audience.PROTOCOL,
        "sso:revoke": Audience.PROTOCOL,
        "sso:userinfo": Audience.PROTOCOL,
        "sso:logout": Audience.PROTOCOL,
        "sso:logout-confirmed": Audience.PROTOCOL,
        "sso:national": Audience.PROTOCOL,
        "sso:national-back": Audience.PROTOCOL,
        "sso:ctid": Audience.PROTOCOL,
        "sso:ctid-back": Audience.PROTOCOL,
        "sso:ctid-first": Audience.PROTOCOL,
        "sso:mine": Audience.SIGNED_IN,
        "sso:leave": Audience.OWNER,
        "sso:systems": Audience.POSTS,
        "sso:register": Audience.POSTS,
        "sso:system": Audience.POSTS,
        "sso:edit": Audience.POSTS,
        "sso:submissions": Audience.POSTS,
        "sso:secrets": Audience.POSTS,
        "sso:secret-endings": Audience.POSTS,
        "sso:agreements": Audience.POSTS,
        "sso:approvals": Audience.POSTS,
        "sso:returns": Audience.POSTS,
        "sso:suspensions": Audience.POSTS,
        "sso:resumptions": Audience.POSTS,
        "sso:retirements": Audience.POSTS,
    }

    def connect(self) -> None:
        from tongban.people.api.access import token_kinds
        from tongban.people.identity.ports import administration
        from tongban.people.signin.ports import asks_for_posts, session_followers, ways_to_level, ways_to_sign_in
        from tongban.people.sso import services
        from tongban.people.sso.bearers import bearer_of
        from tongban.people.sso.views import authorize
        from tongban.people.sso.views.upstream import ways
        from tongban.people.sso.waiting import waiting
        from tongban.trust.crypto import indexed

        token_kinds.add("sso", bearer_of)
        indexed.declare_pinned("sso.NetworkId", "index", why="the 网号 itself is not kept, and too long to be guessed")
        session_followers.add("sso", services.move_session)
        asks_for_posts.add("sso", authorize.asks_for_posts)
        ways_to_sign_in.add("sso", ways)
        ways_to_level.add("sso", ways)
        administration.add("sso", waiting)
