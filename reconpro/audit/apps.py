from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "reconpro.audit"
    label = "audit"
