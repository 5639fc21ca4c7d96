"""Employees of different Employee IDs whose default password would be the same (I-8, I-7)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db.models import QuerySet

from integrations.duplicates.codes import Code
from integrations.duplicates.collector import MOST_PER_CODE, MOST_SIDES, Side, WarningCollector
from reconpro.company.models import Employee
from reconpro.company.models.first_sign_in import HAS_FIVE_DIGITS, default_password

CHUNK = 2000
PASSWORDS = 100_000  # of five digits each
MOST_NAMED = 10


@dataclass(slots=True)
class Group:
    """Those of one default password: how many employees, and the first of them."""

    number: int = 0
    employee_ids: list[str] = field(default_factory=list)
    sides: list[Side] = field(default_factory=list)


def warn_of_same_default_passwords(warnings: WarningCollector, company_id: int, books_id: int) -> None:
    """One warning per password. Another member, or one that left, makes a new warning."""
    shared = shared_passwords(company_id, books_id)
    if not shared:
        return
    groups: dict[str, Group] = {}
    for pk, employee_id, accounting_id, first_name, last_name in _rows(company_id, books_id):
        digits = default_password(employee_id)
        if digits not in shared or (digits not in groups and len(groups) >= MOST_PER_CODE):
            continue
        group = groups.setdefault(digits, Group())
        group.number += 1
        if len(group.sides) < MOST_SIDES:
            label = " ".join(filter(None, (accounting_id, first_name, last_name)))
            group.sides.append(Side(kind=Employee.kind, id=pk, label=label))
            if employee_id not in group.employee_ids:
                group.employee_ids.append(employee_id)
    for digits, group in groups.items():
        named = ", ".join(group.employee_ids[:MOST_NAMED])
        more = " and others" if len(group.employee_ids) > MOST_NAMED or group.number > MOST_SIDES else ""
        members = ",".join(str(side["id"]) for side in group.sides)
        warnings.add(
            Code.SAME_DEFAULT_PASSWORD,
            f"The default password of {group.number} employees is the same, since the five digits of their"
            f" Employee IDs are: {named}{more}.",
            sides=group.sides,
            fingerprint=f"{digits}:{group.number}:{members}",
        )
    warnings.add_uncollected(Code.SAME_DEFAULT_PASSWORD, len(shared) - len(groups))


def shared_passwords(company_id: int, books_id: int) -> set[str]:
    """Default passwords of several Employee IDs; one Employee ID in two entities is one person (I-1).

    Neither of our databases has a common way to cut digits out of a text, so the ids pass through here, in
    a memory that is the same for any number of employees.
    """
    ids = _listed(company_id, books_id).order_by().values_list("accounting_employee_id", flat=True).distinct()
    holders = bytearray(PASSWORDS)
    for employee_id in ids.iterator(chunk_size=CHUNK):
        # A database may take for a digit what isn't one of ours.
        if digits := default_password(employee_id):
            holders[int(digits)] = min(holders[int(digits)] + 1, 2)
    return {f"{place:05}" for place, number in enumerate(holders) if number > 1}


def _listed(company_id: int, books_id: int) -> QuerySet[Employee]:
    return Employee.objects.filter(
        company_id=company_id,
        books_id=books_id,
        archived_reason="",
        accounting_employee_id__regex=HAS_FIVE_DIGITS,
    ).exclude(accounting_id="")


def _rows(company_id: int, books_id: int) -> Iterator[tuple[int, str, str, str, str]]:
    columns = ("pk", "accounting_employee_id", "accounting_id", "first_name", "last_name")
    return _listed(company_id, books_id).order_by("pk").values_list(*columns).iterator(chunk_size=CHUNK)
