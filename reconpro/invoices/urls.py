from django.urls import URLPattern, path

from reconpro.invoices.views import editing, invoice, listing

urlpatterns: list[URLPattern] = [
    path("", listing.operations, name="operations"),
    path("invoices/", listing.invoices, name="invoices"),
    path("invoices/download/", listing.download, name="invoices-download"),
    path("invoices/choose/<slug:kind_plural>/", listing.choose, name="invoice-choose"),
    path("invoices/new/", editing.new, name="invoice-new"),
    path("invoices/<int:pk>/", invoice.invoice, name="invoice"),
    path("invoices/<int:pk>/edit/", editing.edit, name="invoice-edit"),
    path("invoices/<int:pk>/approve/", invoice.approve, name="invoice-approve"),
    path("invoices/<int:pk>/back-to-draft/", invoice.back_to_draft, name="invoice-back-to-draft"),
    path("invoices/<int:pk>/void/", invoice.void, name="invoice-void"),
    path("invoices/<int:pk>/delete/", invoice.delete, name="invoice-delete"),
]
