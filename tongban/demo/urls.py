from django.urls import path

from tongban.demo import views

app_name = "demo"
urlpatterns = [
    path("demo/reader/", views.reader, name="reader"),
    path("demo/messages/", views.messages, name="messages"),
]
