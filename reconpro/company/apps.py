from django.apps import AppConfig


class CompanyConfig(AppConfig):
    name = "reconpro.company"
    label = "company"
