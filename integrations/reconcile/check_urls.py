from django.urls import path

from integrations.reconcile import check_views

urlpatterns = [
    path("", check_views.check_page, name="check"),
    path("<str:name>.<str:file_format>", check_views.check_download, name="check-download"),
    path("again/", check_views.check_again, name="check-again"),
    path("apply/", check_views.check_apply, name="check-apply"),
    path("answer/", check_views.check_answer, name="check-answer"),
    path("missing/", check_views.check_brake, name="check-brake"),
]
