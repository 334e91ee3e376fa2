from tongban.foundation import rooms


class Room(rooms.Room):
    name = "tongban.foundation.workdays"
    label = "workdays"
    doors = ("rules",)
