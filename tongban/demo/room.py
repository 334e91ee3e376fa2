from tongban.foundation import rooms


class Room(rooms.Room):
    name = "tongban.demo"
    label = "demo"
