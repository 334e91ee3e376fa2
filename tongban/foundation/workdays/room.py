from tongban.foundation import rooms


class Room(rooms.Room):
    name = "tongban.foundation.workdays"
    label = "workdays"
    doors = ("rules", "tables", "checks")

    def connect(self) -> None:
        from tongban.foundation.workdays import checks

        checks.register()
