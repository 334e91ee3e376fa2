from django.urls import path

from tongban.portal.workorders import desk, mine

app_name = "workorders"
urlpatterns = [
    path("desk/work-orders/", desk.orders, name="desk-orders"),
    path("desk/work-orders/<str:number>/", desk.order, name="desk-order"),
    path("desk/work-orders/<str:number>/<slug:act>/", desk.act, name="desk-act"),
    path("my/work-orders/", mine.orders, name="my-orders"),
    path("my/work-orders/new/", mine.raise_new, name="raise"),
    path("my/work-orders/<str:number>/", mine.order, name="my-order"),
    path("my/work-orders/<str:number>/<slug:act>/", mine.act, name="my-act"),
]
