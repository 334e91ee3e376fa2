from tongban.foundation import rooms


class Room(rooms.Room):
    name = "tongban.trust.keys"
    label = "keys"
    doors = ("ports",)
