from django.urls import path

from integrations.report import views

urlpatterns = [
    path("", views.integration_report, name="integration-report"),
    path("<str:what>.<str:file_format>", views.report_download, name="integration-report-download"),
]
