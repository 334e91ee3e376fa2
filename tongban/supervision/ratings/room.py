from tongban.foundation import rooms


class Room(rooms.Room):
    name = "tongban.supervision.ratings"
    label = "ratings"
