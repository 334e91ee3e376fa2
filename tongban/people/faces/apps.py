from django.apps import AppConfig


class FacesConfig(AppConfig):
    name = "tongban.people.faces"
    label = "faces"
