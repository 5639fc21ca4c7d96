"""A model field whose value is encrypted at rest (S-2)."""

from typing import Any

from django.db import models

from integrations.secrets.keys import keyring


class Secret:
    """A stored secret. Shows nothing of itself; `reveal` is called only where a gateway needs it."""

    __slots__ = ("_token",)

    def __init__(self, token: str) -> None:
        self._token = token

    @classmethod
    def of(cls, text: str) -> "Secret":
        """Encrypt `text` with the first key; an empty text is an empty secret."""
        return cls(keyring().encrypt(text.encode()).decode() if text else "")

    @property
    def token(self) -> str:
        """What is stored: ciphertext."""
        return self._token

    def reveal(self) -> str:
        """The secret itself. Raises `cryptography.fernet.InvalidToken` if no key fits."""
        return keyring().decrypt(self._token.encode()).decode() if self._token else ""

    def rotated(self) -> "Secret":
        """The same secret, encrypted with the first key."""
        return Secret(keyring().rotate(self._token.encode()).decode()) if self._token else self

    def __bool__(self) -> bool:
        return bool(self._token)

    def __repr__(self) -> str:
        return "<Secret: set>" if self else "<Secret: not set>"

    __str__ = __repr__


class SecretField(models.TextField):  # type: ignore[type-arg]  # no generic at run time
    """Holds a `Secret`; assign `Secret.of("…")`. A plain string is refused, so none is stored in clear."""

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Secret:
        return Secret(value or "")

    def to_python(self, value: Any) -> Secret:
        if isinstance(value, Secret):
            return value
        if not value:
            return Secret("")
        raise TypeError("A SecretField takes a Secret, never a plain string.")

    def get_prep_value(self, value: Any) -> str:
        return self.to_python(value).token

    def value_to_string(self, obj: models.Model) -> str:
        return ""  # a dump of the data holds no secret, not even encrypted

    def get_default(self) -> Secret:
        return Secret("")
