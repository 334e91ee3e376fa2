from tongban.foundation import rooms


class Room(rooms.Room):
    name = "tongban.people.faces"
    label = "faces"
