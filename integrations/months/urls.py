from django.urls import path

from integrations.months import views

urlpatterns = [
    path("", views.close_month, name="close-month"),
    path("compare/", views.compare, name="close-month-compare"),
    path("sign-off/", views.month_sign_off, name="close-month-sign-off"),
    path("sign-off/<int:pk>/take-back/", views.month_take_back, name="close-month-take-back"),
]
