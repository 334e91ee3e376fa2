from tongban.foundation import rooms


class Room(rooms.Room):
    name = "tongban.people.datauses"
    label = "datauses"
    doors = ("kinds",)

    def connect(self) -> None:
        from tongban.people.datauses.kinds import EXPORTED, UseKind, register_use
        from tongban.people.datauses.services import record_reported
        from tongban.people.identity.events import Unmasked, VisitBegun
        from tongban.people.identity.uses import UNMASKED, VISIT, recorder

        recorder.offer(record_reported)
        register_use(EXPORTED)
        register_use(UseKind(UNMASKED, "查看完整信息", order=70), Unmasked)
        register_use(UseKind(VISIT, "窗口现场办理", order=80), VisitBegun)
