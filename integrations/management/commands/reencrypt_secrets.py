"""Encrypt all stored secrets with the first key of SECRETS_KEYS."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from integrations.secrets.rotation import reencrypt_all


class Command(BaseCommand):
    help = (
        "Encrypt every stored secret anew with the first key of SECRETS_KEYS. Run it after a key was added "
        "in front; when it succeeded, the older keys may be taken out."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        rotation = reencrypt_all()
        self.stdout.write(f"{rotation.done:,} secrets are encrypted with the first key.")
        if rotation.unreadable:
            raise CommandError(
                "No key of SECRETS_KEYS opens these; keep the older keys, or enter them again:\n  "
                + "\n  ".join(rotation.unreadable)
            )
