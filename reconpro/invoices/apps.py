from django.apps import AppConfig


class InvoicesConfig(AppConfig):
    name = "reconpro.invoices"
    label = "invoices"
