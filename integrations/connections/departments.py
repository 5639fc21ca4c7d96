"""The departments that accounting lists, for the forms and profiles of services (S-6)."""

from django.db.models import QuerySet

from integrations.connections.models import Connection, ReferenceEntry, ReferenceKind
from reconpro.company.models import Company
from reconpro.registry import KnownCodes, registry


def register() -> None:
    """Let the forms and profiles of services know the departments."""
    registry.known_codes.append(
        KnownCodes(
            kind="service",
            field="accounting_id_2_typed",
            counts="department",
            offered=departments,
            odd=odd_department,
        )
    )


def departments(company: Company) -> list[tuple[str, str]]:
    """Ids and names of those in use, as the last import read them; [] without a connection."""
    connection = _open_connection(company)
    return (
        []
        if connection is None
        else list(_listed(connection).filter(is_active=True).values_list("code", "name"))
    )


def odd_department(company: Company, code: str) -> str:
    """A sentence about a Department ID that accounting doesn't list, or not as one in use; else ""."""
    code = code.strip()
    connection = _open_connection(company) if code else None
    if connection is None:
        return ""
    provider = connection.books.provider_name
    entry = _listed(connection).filter(code=code).first()
    if entry is None:
        if not _listed(connection).exists():
            return ""  # never read, or this user may not read them
        return f"{code} is not a department that {provider} listed at the last import."
    return "" if entry.is_active else f"Department {code} is inactive in {provider}."


def _open_connection(company: Company) -> Connection | None:
    return Connection.objects.filter(company=company, closed_at=None).select_related("books").first()


def _listed(connection: Connection) -> QuerySet[ReferenceEntry]:
    return ReferenceEntry.objects.filter(connection=connection, kind=ReferenceKind.DEPARTMENT).order_by(
        "code"
    )
