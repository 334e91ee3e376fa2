from tongban.foundation import rooms
from tongban.foundation.ui.slots import MenuEntry
from tongban.people.identity.audiences import Audience
from tongban.people.organisation.rules import PostKind


class Room(rooms.Room):
    name = "tongban.portal.audit"
    label = "audit"
    menu = (MenuEntry("审计", "audit:search", matches_subpages=True, order=60, city_posts=(PostKind.AUDIT_ADMIN,)),)
    audiences = {
        "audit:search": Audience.POSTS,
        "audit:person": Audience.POSTS,
        "audit:export": Audience.POSTS,
        "audit:entry": Audience.POSTS,
    }

    def connect(self) -> None:
        from tongban.people.datauses.kinds import register_use
        from tongban.people.identity.ports import administration
        from tongban.portal.audit.events import PersonSearched
        from tongban.portal.audit.services import SEARCHED
        from tongban.portal.audit.waiting import waiting

        administration.add("audit", waiting)
        register_use(SEARCHED, PersonSearched)
