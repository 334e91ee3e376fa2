from django.urls import path

from tongban.foundation.identity import views

app_name = "identity"
urlpatterns = [
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("acting-for/", views.principal, name="principal"),
]
