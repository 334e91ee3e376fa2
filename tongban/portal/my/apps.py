from django.apps import AppConfig


class MyConfig(AppConfig):
    name = "tongban.portal.my"
    label = "my"
