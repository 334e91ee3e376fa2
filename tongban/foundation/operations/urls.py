from django.urls import path

from tongban.foundation.operations import views

app_name = "operations"
urlpatterns = [
    path("livez", views.livez, name="livez"),
    path("readyz", views.readyz, name="readyz"),
    path("healthz", views.readyz, name="healthz"),  # the name that older monitors use
]
