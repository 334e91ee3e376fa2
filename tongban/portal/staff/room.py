from tongban.foundation import rooms
from tongban.foundation.ui.slots import MenuEntry

ADMINISTRATORS = ("system-admin", "security-admin", "audit-admin")


class Room(rooms.Room):
    name = "tongban.portal.staff"
    label = "staff"
    menu = (
        MenuEntry("人员管理", "staff:departments", below=True, order=60, posts=("head", "system-admin")),
        MenuEntry("授权规则", "staff:policies", order=61, posts=ADMINISTRATORS),
    )
