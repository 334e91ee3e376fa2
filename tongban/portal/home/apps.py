from django.apps import AppConfig


class HomeConfig(AppConfig):
    name = "tongban.portal.home"
    label = "home"
    default_auto_field = "django.db.models.BigAutoField"
