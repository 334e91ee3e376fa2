from django.urls import path

from tongban.people.identity import views

app_name = "identity"
urlpatterns = [
    path("acting-for/", views.principal, name="principal"),
]
