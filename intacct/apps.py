from django.apps import AppConfig


class IntacctConfig(AppConfig):
    name = "intacct"

    def ready(self) -> None:
        from intacct import pages, provider

        provider.register()
        pages.register()
