from django.urls import include, path

from integrations.duplicates.views import resolve_warning

urlpatterns = [
    path("operations/invoices/export/", include("integrations.exports.urls")),
    path("integrations/runs/", include("integrations.runs.urls")),
    path("integrations/warnings/<int:pk>/resolve/", resolve_warning, name="warning-resolve"),
    path("reports/integration-status/", include("integrations.report.urls")),
]
