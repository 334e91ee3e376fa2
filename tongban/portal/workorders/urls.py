from django.urls import path

from tongban.portal.workorders import desk, mine

app_name = "workorders"
urlpatterns = [
    path("desk/work-orders/", desk.orders, name="desk-orders"),
    path("desk/work-orders/<str:number>/", desk.order, name="desk-order"),
    path("desk/work-orders/<str:number>/assignments/", desk.assignments, name="assignments"),
    path("desk/work-orders/<str:number>/transfers/", desk.transfers, name="transfers"),
    path("desk/work-orders/<str:number>/notes/", desk.notes, name="desk-notes"),
    path("desk/work-orders/<str:number>/answers/", desk.answers, name="answers"),
    path("desk/work-orders/<str:number>/closures/", desk.closures, name="closures"),
    path("my/work-orders/", mine.orders, name="my-orders"),
    path("my/work-orders/new/", mine.raise_new, name="raise"),
    path("my/work-orders/<str:number>/", mine.order, name="my-order"),
    path("my/work-orders/<str:number>/notes/", mine.notes, name="my-notes"),
    path("my/work-orders/<str:number>/acceptances/", mine.acceptances, name="acceptances"),
    path("my/work-orders/<str:number>/returns/", mine.returns, name="returns"),
    path("my/work-orders/<str:number>/withdrawals/", mine.withdrawals, name="withdrawals"),
]
