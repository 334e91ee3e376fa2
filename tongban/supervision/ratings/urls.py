from django.urls import path

from tongban.supervision.ratings import views

app_name = "ratings"
urlpatterns = [
    path("applications/<str:number>/rating/", views.rating, name="rate"),
    path("applications/<str:number>/rating/additions/", views.additions, name="additions"),
]
