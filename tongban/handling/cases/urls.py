from django.urls import path

from tongban.handling.cases.views import after, apply, materials

app_name = "cases"
urlpatterns = [
    path("apply/<str:kind>/<str:key>/", apply.start, name="start"),
    path("applications/draft/<uuid:draft_id>/", apply.task_list, name="tasks"),
    path("applications/draft/<uuid:draft_id>/discard/", apply.discard, name="discard"),
    path("applications/draft/<uuid:draft_id>/materials/", materials.materials, name="materials"),
    path("applications/draft/<uuid:draft_id>/materials/<str:material>/removal/", materials.detach, name="detach"),
    path("applications/draft/<uuid:draft_id>/check/", apply.check, name="check"),
    path("applications/draft/<uuid:draft_id>/<str:page>/", apply.page, name="page"),
    path("applications/files/<uuid:attachment_id>/", after.file, name="file"),
    path("applications/<str:number>/receipt/", apply.receipt, name="receipt"),
    path("applications/<str:number>/withdrawal/", after.withdrawal, name="withdrawal"),
    path("applications/<str:number>/cases/<str:case_number>/correction/", after.correction, name="correction"),
]
