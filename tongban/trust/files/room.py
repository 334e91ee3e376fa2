from tongban.foundation import rooms


class Room(rooms.Room):
    name = "tongban.trust.files"
    label = "files"

    def connect(self) -> None:
        from tongban.trust.crypto import indexed
        from tongban.trust.files import checks

        indexed.declare_pinned("files.StoredFile", "digest", why="the content lies in the store under this name")
        checks.register()
