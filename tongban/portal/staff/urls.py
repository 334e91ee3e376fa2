from django.urls import path

from tongban.portal.staff import acts, views

app_name = "staff"
urlpatterns = [
    path("desk/staff/", views.departments, name="departments"),
    path("desk/policies/", views.policies, name="policies"),
    path("desk/staff/<uuid:department_id>/", views.department, name="department"),
    path("desk/staff/<uuid:department_id>/name/", acts.rename, name="rename"),
    path("desk/staff/<uuid:department_id>/posts/", acts.post, name="post"),
    path("desk/staff/<uuid:department_id>/posts/<uuid:post_id>/holders/", acts.appoint, name="appoint"),
    path("desk/staff/<uuid:department_id>/people/<uuid:subject_id>/password/", acts.reissue, name="reissue"),
    path("desk/staff/<uuid:department_id>/offers/<uuid:offer_id>/withdrawal/", acts.withdraw, name="withdraw"),
    path("desk/staff/<uuid:department_id>/people/<uuid:subject_id>/leaving/", acts.leaving, name="leaving"),
]
