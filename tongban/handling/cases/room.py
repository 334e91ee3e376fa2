from tongban.foundation import rooms
from tongban.foundation.operations.queues import Queue
from tongban.people.identity.audiences import Audience


class Room(rooms.Room):
    name = "tongban.handling.cases"
    label = "cases"
    doors = ("ports",)
    places = {"apply": "cases:start"}
    styles = ("cases/apply.css",)
    queues = (Queue("machine"),)
    audiences = {
        "cases:start": Audience.CITIZEN,
        "cases:tasks": Audience.OWNER,
        "cases:resume": Audience.OWNER,
        "cases:fact_correction": Audience.OWNER,
        "cases:facts": Audience.OWNER,
        "cases:discard": Audience.OWNER,
        "cases:materials": Audience.OWNER,
        "cases:detach": Audience.OWNER,
        "cases:check": Audience.OWNER,
        "cases:page": Audience.OWNER,
        "cases:file": Audience.OWNER,
        "cases:receipt": Audience.OWNER,
        "cases:withdrawal": Audience.OWNER,
        "cases:correction": Audience.OWNER,
    }

    def connect(self) -> None:
        from tongban.handling.cases import events
        from tongban.handling.cases.guides import underway
        from tongban.handling.cases.queries import has_open_case_of
        from tongban.handling.cases.services import correcting, opening
        from tongban.handling.catalog.ports import on_guide
        from tongban.people.datauses.kinds import register_events, register_use
        from tongban.people.identity.unmasking import privileges
        from tongban.people.workorders.kinds import register_kind

        on_guide.add("cases", underway)
        register_kind(correcting.FACT_CORRECTION)
        privileges.add("cases", has_open_case_of)
        register_use(opening.OPENED, events.CaseFileOpened)
        register_use(opening.UPLOAD_OPENED, events.MaterialRead)
        register_events(events.ApplicationTaken)
