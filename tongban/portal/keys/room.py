from tongban.foundation import rooms
from tongban.foundation.ui.slots import MenuEntry
from tongban.people.identity.audiences import Audience
from tongban.people.organisation.rules import PostKind


class Room(rooms.Room):
    name = "tongban.portal.keys"
    label = "key_pages"
    places = {"certificate-chain": "keys:chain"}
    menu = (
        MenuEntry(
            "密钥与证书",
            "keys:inventory",
            matches_subpages=True,
            order=60,
            city_posts=(PostKind.SECURITY_ADMIN,),
        ),
    )
    audiences = {
        "keys:inventory": Audience.POSTS,
        "keys:rotate": Audience.POSTS,
        "keys:certificates": Audience.POSTS,
        "keys:certificate": Audience.POSTS,
        "keys:chain": Audience.EVERYBODY,
        "keys:revoked": Audience.EVERYBODY,
    }

    def connect(self) -> None:
        from tongban.people.identity.ports import administration
        from tongban.portal.keys.waiting import waiting

        administration.add("key_pages", waiting)
