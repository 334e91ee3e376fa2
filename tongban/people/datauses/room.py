from tongban.foundation import rooms


class Room(rooms.Room):
    name = "tongban.people.datauses"
    label = "datauses"

    def connect(self) -> None:
        from tongban.people.datauses.services import record_reported
        from tongban.people.identity.uses import recorder

        recorder.offer(record_reported)
