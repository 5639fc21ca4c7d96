from django.urls import path

from integrations.exports import attention_views, choices, decisions, views

urlpatterns = [
    path("", views.export_preview, name="export-preview"),
    path("start/", views.export_invoices, name="export-invoices"),
    path("start-date/", views.export_start, name="export-start"),
    path("anyway/", choices.export_anyway, name="export-anyway"),
    path("keep-back/", choices.export_keep_back, name="export-keep-back"),
    path("move/<slug:kind_name>/<int:pk>/", choices.export_move, name="export-move"),
    path("release/", choices.export_release, name="export-release"),
    path("attention/retry/", attention_views.attention_retry, name="attention-retry"),
    path("attention/check/", attention_views.attention_check, name="attention-check"),
    path("retry/", decisions.export_retry, name="export-retry"),
    path("invoice/<int:pk>/<slug:name>/", decisions.export_decision, name="export-decision"),
    path(
        "invoice/<int:pk>/released/<int:export>/back/",
        decisions.take_release_back,
        name="export-release-back",
    ),
]
