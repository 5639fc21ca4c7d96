from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    name = "integrations"

    def ready(self) -> None:
        from integrations import pages
        from integrations.schedules import receivers

        pages.register()
        receivers.connect()
