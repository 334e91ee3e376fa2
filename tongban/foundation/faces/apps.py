from django.apps import AppConfig


class FacesConfig(AppConfig):
    name = "tongban.foundation.faces"
    label = "faces"
