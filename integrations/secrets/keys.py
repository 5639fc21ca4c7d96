"""The keys that encrypt secrets, from the environment, several at a time while they are rotated."""

from functools import lru_cache

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


@lru_cache(maxsize=4)
def _keyring(keys: tuple[str, ...]) -> MultiFernet:
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except ValueError as error:
        raise ImproperlyConfigured(
            "SECRETS_KEYS must hold Fernet keys: 32 bytes in URL-safe base64, comma separated."
        ) from error


def keyring() -> MultiFernet:
    """Encrypts with the first key of `SECRETS_KEYS`, decrypts with any."""
    return _keyring(tuple(settings.SECRETS_KEYS))
