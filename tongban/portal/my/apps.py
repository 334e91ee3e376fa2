from django.apps import AppConfig


class MyConfig(AppConfig):
    name = "tongban.portal.my"
    label = "my"
    default_auto_field = "django.db.models.BigAutoField"
