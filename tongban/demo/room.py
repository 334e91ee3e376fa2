from tongban.foundation import rooms
from tongban.people.identity.audiences import Audience


class Room(rooms.Room):
    name = "tongban.demo"
    label = "demo"
    places = {"demo-phone": "demo:messages", "demo-reader": "demo:reader"}
    audiences = {"demo:messages": Audience.EVERYBODY, "demo:reader": Audience.EVERYBODY}

    def connect(self) -> None:
        from tongban.demo import preparing
        from tongban.foundation.operations.preparing import Step, greetings, steps
        from tongban.people.signin.ports import open_during_sign_in

        steps.add("demo: city", Step(preparing.build_city, order=10))
        steps.add("demo: readers", Step(preparing.simulate_readers, order=80))
        steps.add("demo: history", Step(preparing.write_history, order=90))
        greetings.add("demo", preparing.print_sign_ins)
        open_during_sign_in.add("demo: phone", "demo:messages")
