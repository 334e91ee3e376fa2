from tongban.foundation import rooms
from tongban.foundation.ui.shell import FooterLink
from tongban.foundation.ui.slots import MenuArea, MenuEntry
from tongban.people.identity.audiences import Audience


class Room(rooms.Room):
    name = "tongban.portal.acting"
    label = "acting"
    places = {"mandate": "acting:give", "mandates-at-window": "acting:window"}
    covered = {"acting:window*": "visit"}
    menu = (MenuEntry("授权管理", "acting:overview", area=MenuArea.MY, matches_subpages=True, order=30),)
    footer = (FooterLink("授权管理", "acting:overview", "我的", order=30),)
    audiences = {
        "acting:overview": Audience.CITIZEN,
        "acting:give": Audience.CITIZEN,
        "acting:acts": Audience.CITIZEN,
        "acting:claim": Audience.OWNER,
        "acting:change": Audience.OWNER,
        "acting:end": Audience.OWNER,
        "acting:accept": Audience.OWNER,
        "acting:confirm": Audience.OWNER,
        "acting:window": Audience.VISITED,
        "acting:window-answer": Audience.VISITED,
    }
