"""Opening a connection: from then on records and exports belong to these books (spec S-7)."""

from datetime import datetime

from django.db import transaction
from django.dispatch import Signal
from django.utils import timezone

from integrations.connections.models import Connection
from integrations.duplicates.models import Resolution, Warning
from reconpro.audit.log import record_event
from reconpro.company.models import Books, Company, User

# The company works with other books from now on (S-7). Sent with opened=… and closed=…, both connections,
# inside the transaction that changed it.
connection_changed = Signal()


def current_connection(company: Company, provider: str) -> Connection | None:
    """The company's open connection at this provider, if it has one."""
    return Connection.objects.filter(company=company, provider=provider, closed_at=None).first()


def open_connection(
    company: Company,
    *,
    provider: str,
    provider_name: str,
    identity: str,
    label: str,
    by: User | None,
) -> tuple[Connection, Connection | None]:
    """Make the connection with this identity the company's open one; returns it and the one it closed.

    The open one is left alone if it has this identity (then None is closed). An earlier one of the same
    identity is opened again with all that belongs to it; else a new one begins, with books of its own.
    """
    with transaction.atomic():
        # One at a time: two administrators who save at once must not open two.
        locked = Company.objects.select_for_update().get(pk=company.pk)
        present = Connection.objects.filter(company=locked, closed_at=None).select_related("books").first()
        if present is not None and (present.provider, present.identity) == (provider, identity):
            return present, None
        if present is not None:
            _close(present, timezone.now())
        earlier = Connection.objects.filter(company=locked, provider=provider, identity=identity).first()
        if earlier is not None:
            earlier.closed_at = None
            earlier.opened_at = timezone.now()
            earlier.save(update_fields=["closed_at", "opened_at"])
            opened = earlier
        else:
            books = Books.objects.create(company=locked, label=label, provider_name=provider_name)
            opened = Connection.objects.create(
                books=books, company=locked, provider=provider, identity=identity
            )
        Company.objects.filter(pk=locked.pk).update(books=opened.books)
        company.books = opened.books
        record_event(
            company=company,
            user=by,
            action="connection.opened",
            sentence=f"Connection to {label} opened{' again' if earlier else ''}"
            + (f"; {present} closed." if present else "."),
            subject=opened,
            details={"label": label, "closed": str(present) if present else ""},
        )
        if present is not None:
            connection_changed.send(sender=Connection, opened=opened, closed=present)
        return opened, present


def _close(connection: Connection, now: datetime) -> None:
    """With what it still asks: nothing of its records is to be changed while it is closed. An import over
    it that sees the same again opens the warning again."""
    Connection.objects.filter(pk=connection.pk).update(closed_at=now)
    Warning.objects.filter(connection=connection, resolution=Resolution.OPEN).update(
        resolution=Resolution.GONE, closed_at=now
    )
