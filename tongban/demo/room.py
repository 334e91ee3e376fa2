from tongban.foundation import rooms


class Room(rooms.Room):
    name = "tongban.demo"
    label = "demo"

    def connect(self) -> None:
        from tongban.demo import preparing
        from tongban.foundation.operations.preparing import Step, greetings, steps

        steps.add("demo: city", Step(preparing.build_city, order=10))
        steps.add("demo: readers", Step(preparing.simulate_readers, order=80))
        steps.add("demo: history", Step(preparing.write_history, order=90))
        greetings.add("demo", preparing.print_sign_ins)
