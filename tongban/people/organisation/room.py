from uuid import UUID

from tongban.foundation import rooms


class Room(rooms.Room):
    name = "tongban.people.organisation"
    label = "organisation"
    doors = ("rules",)
    is_pointed_at = True

    def connect(self) -> None:
        from tongban.people.organisation import queries
        from tongban.trust.keys.ports import Holder, holder

        def as_holder(department_id: UUID) -> Holder:
            department = queries.department(department_id)
            return Holder(department.name, department.uscc)

        holder.offer(as_holder)
