from django.urls import path

from integrations.exports import views

urlpatterns = [
    path("", views.export_preview, name="export-preview"),
    path("start/", views.export_invoices, name="export-invoices"),
    path("start-date/", views.export_start, name="export-start"),
]
