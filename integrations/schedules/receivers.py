"""What elsewhere changes a schedule: other books pause it, another time zone moves it (S-5, S-7)."""

from collections.abc import Collection
from typing import Any

from django.db.models.signals import post_save

from integrations.connections.models import Connection
from integrations.connections.service import connection_changed
from integrations.schedules import service
from reconpro.company.models import Company


def connect() -> None:
    """Hear of it; harmless a second time."""
    connection_changed.connect(pause_for_other_books, sender=Connection)
    post_save.connect(follow_the_time_zone, sender=Company)


def pause_for_other_books(*, opened: Connection, closed: Connection, **_: Any) -> None:
    """The first import from other books is looked at by a person."""
    service.pause(
        opened.company,
        opened.provider,
        f"The settings name other books now: {opened} instead of {closed}. Check the first imports, then "
        "resume.",
    )


def follow_the_time_zone(
    *, instance: Company, created: bool, update_fields: Collection[str] | None = None, **_: Any
) -> None:
    if not created and (update_fields is None or "time_zone" in update_fields):
        service.reckon_again(instance)
