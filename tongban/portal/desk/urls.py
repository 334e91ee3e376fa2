from django.urls import path

from tongban.portal.desk import acts, unmasking, views

app_name = "desk"
urlpatterns = [
    path("desk/", views.to_do, name="to_do"),
    path("desk/done/", views.done, name="done"),
    path("desk/cases/<str:number>/", views.case, name="case"),
    path("desk/cases/<str:number>/files/<uuid:file_id>/", views.file, name="file"),
    path("desk/cases/<str:number>/whole/", unmasking.unmasked_case, name="whole"),
    path("desk/cases/<str:number>/acceptance/", acts.acceptance, name="acceptance"),
    path("desk/cases/<str:number>/correction/", acts.correction, name="correction"),
    path("desk/cases/<str:number>/opinion/", acts.opinion, name="opinion"),
    path("desk/cases/<str:number>/decision/", acts.decision, name="decision"),
    path("desk/cases/<str:number>/making/", acts.making, name="making"),
    path("desk/cases/<str:number>/delivery/", acts.delivery, name="delivery"),
]
