"""Encrypting every stored secret anew, after a key was added in front (S-2)."""

from __future__ import annotations

from dataclasses import dataclass, field

from cryptography.fernet import InvalidToken
from django.apps import apps
from django.db import models

from integrations.secrets.fields import Secret, SecretField

CHUNK = 500


@dataclass
class Rotation:
    """How many secrets were encrypted anew, and where one is that no key opens ("intacct settings 3,
    sender_password")."""

    done: int = 0
    unreadable: list[str] = field(default_factory=list)


def secret_fields() -> list[tuple[type[models.Model], list[str]]]:
    """Every model that holds secrets, with the names of those fields."""
    found = []
    for model in apps.get_models(include_auto_created=True):
        names = [f.attname for f in model._meta.local_concrete_fields if isinstance(f, SecretField)]
        if names:
            found.append((model, names))
    return found


def reencrypt_all() -> Rotation:
    """Encrypt every secret with the first key. Safe while the product runs, and to be repeated: a secret
    that somebody saves meanwhile is left as it was saved, with the first key."""
    rotation = Rotation()
    for model, names in secret_fields():
        rows = model._base_manager.order_by("pk").values_list("pk", *names)
        for row in rows.iterator(chunk_size=CHUNK):
            for name, secret in zip(names, row[1:], strict=True):
                _reencrypt(model, row[0], name, secret, rotation)
    return rotation


def _reencrypt(model: type[models.Model], pk: object, name: str, secret: Secret, rotation: Rotation) -> None:
    if not secret:
        return
    try:
        anew = secret.rotated()
    except InvalidToken:
        rotation.unreadable.append(f"{model._meta.verbose_name} {pk}, {name}")
        return
    rotation.done += model._base_manager.filter(pk=pk, **{name: secret}).update(**{name: anew})
