from tongban.foundation import rooms


class Room(rooms.Room):
    name = "tongban.exchange.libraries"
    label = "libraries"
    doors = ("facts", "resources")

    def connect(self) -> None:
        from tongban.exchange.libraries import family, services
        from tongban.foundation.operations.preparing import Step, steps
        from tongban.people.identity.ports import Family
        from tongban.people.identity.ports import family as family_port

        family_port.offer(Family(family.is_guardian_of, family.children_of, family.relation_of))
        from tongban.exchange.libraries.events import DataLookedUp
        from tongban.exchange.libraries.queries import name_agrees
        from tongban.exchange.libraries.services.looking import LOOKED_UP
        from tongban.people.datauses.kinds import register_use
        from tongban.people.identity.actors import machine
        from tongban.people.identity.rules import NUMBER_PURPOSE
        from tongban.people.signin.ports import NameChecker, name_checker
        from tongban.trust.crypto import indexed

        register_use(LOOKED_UP, DataLookedUp)
        steps.add(  # for firms recorded before representatives had this right
            "libraries",
            Step(lambda write: services.entitle_representatives(actor=machine("setup")), order=60),
        )
        name_checker.offer(NameChecker("libraries.population", name_agrees))
        indexed.declare("libraries.Person", "number_index", text="number", purpose=NUMBER_PURPOSE)
        indexed.declare("libraries.BirthRecord", "mother_index", text="mother_number", purpose=NUMBER_PURPOSE)
        indexed.declare("libraries.BirthRecord", "father_index", text="father_number", purpose=NUMBER_PURPOSE)
