from tongban.foundation import rooms


class Room(rooms.Room):
    name = "tongban.portal.operations"
    label = "operation_pages"
