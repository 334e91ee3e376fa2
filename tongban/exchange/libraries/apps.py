from django.apps import AppConfig


class LibrariesConfig(AppConfig):
    name = "tongban.exchange.libraries"
    label = "libraries"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tongban.exchange.libraries import family
        from tongban.people.identity.ports import Family, register_family

        register_family(Family(family.is_guardian_of, family.children_of, family.relation_of))
        from tongban.exchange.libraries.queries import name_agrees
        from tongban.people.identity.rules import NUMBER_PURPOSE
        from tongban.people.signin.ports import register_name_checker
        from tongban.trust.crypto import indexed

        register_name_checker("libraries.population", name_agrees)
        indexed.declare("libraries.Person", "number_index", text="number", purpose=NUMBER_PURPOSE)
        indexed.declare("libraries.BirthRecord", "mother_index", text="mother_number", purpose=NUMBER_PURPOSE)
        indexed.declare("libraries.BirthRecord", "father_index", text="father_number", purpose=NUMBER_PURPOSE)
