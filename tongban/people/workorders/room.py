from tongban.foundation import rooms


class Room(rooms.Room):
    name = "tongban.people.workorders"
    label = "workorders"
    doors = ("kinds", "rules")

    def connect(self) -> None:
        from tongban.people.workorders.kinds import NOT_DONE, register_kind

        register_kind(NOT_DONE)
