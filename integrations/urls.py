from django.urls import include, path

from integrations.duplicates.pages import duplicate, merge_records, merge_with
from integrations.duplicates.views import resolve_warning

urlpatterns = [
    path("operations/invoices/export/", include("integrations.exports.urls")),
    path("integrations/runs/<int:pk>/check/", include("integrations.reconcile.check_urls")),
    path("integrations/runs/", include("integrations.runs.urls")),
    path("integrations/warnings/<int:pk>/resolve/", resolve_warning, name="warning-resolve"),
    path("integrations/duplicates/<int:pk>/", duplicate, name="duplicate"),
    path("company/<str:kinds>/<int:pk>/merge/", merge_with, name="merge-with"),
    path("company/<str:kinds>/<int:pk>/merge/<int:other>/", merge_records, name="merge"),
    path("reports/close-month/", include("integrations.months.urls")),
    path("reports/integration-status/", include("integrations.report.urls")),
]
