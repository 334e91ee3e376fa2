from django.urls import path

from tongban.handling.cases.views import after, apply, check, facts, materials, start

app_name = "cases"
urlpatterns = [
    path("apply/<str:kind>/<str:key>/", start.start, name="start"),
    path("applications/draft/<uuid:draft_id>/", start.task_list, name="tasks"),
    path("applications/draft/<uuid:draft_id>/resume/", start.resume, name="resume"),
    path("applications/draft/<uuid:draft_id>/facts/", facts.read_again, name="facts"),
    path("applications/draft/<uuid:draft_id>/facts/<str:fact>/correction/", facts.correction, name="fact_correction"),
    path("applications/draft/<uuid:draft_id>/discard/", start.discard, name="discard"),
    path("applications/draft/<uuid:draft_id>/materials/", materials.materials, name="materials"),
    path("applications/draft/<uuid:draft_id>/materials/<str:material>/removal/", materials.detach, name="detach"),
    path("applications/draft/<uuid:draft_id>/check/", check.check, name="check"),
    path("applications/draft/<uuid:draft_id>/<str:page>/", apply.page, name="page"),
    path("applications/files/<uuid:attachment_id>/", after.file, name="file"),
    path("applications/<str:number>/receipt/", check.receipt, name="receipt"),
    path("applications/<str:number>/withdrawal/", after.withdrawal, name="withdrawal"),
    path("applications/<str:number>/cases/<str:case_number>/correction/", after.correction, name="correction"),
]
