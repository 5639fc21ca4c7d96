"""Finding records that look like one another among a company's active ones, in the database (I-8)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.db.models import Count, F, QuerySet, Value, Window
from django.db.models.functions import Replace

from integrations.duplicates.codes import Code
from integrations.duplicates.collector import Side, WarningCollector
from integrations.duplicates.lowering import LowerEveryLetter
from integrations.duplicates.twins import warn_of_local_twins
from integrations.planning import want_all_rows
from reconpro.company.keys import search_key
from reconpro.company.models import AccountingRecord, Client

CHUNK = 2000
FEW_KEYS = 400  # as a list they keep below SQLite's limit of variables
NO_BREAK_SPACE = "\u00a0"


@dataclass(frozen=True, slots=True)
class Member:
    """One record of a group; `address` and `parent` tell clients of one name apart."""

    pk: int
    accounting_id: str
    name: str
    address: str
    parent: str = ""  # the Accounting ID of the client that it belongs to


def warn_of_duplicates(
    warnings: WarningCollector, model: type[AccountingRecord], company_id: int, books_id: int
) -> None:
    """One warning per group, with all sides named. A new member makes a new warning."""
    for key, members in same_names(model, company_id, books_id):
        if warnings.is_full(Code.SAME_NAME):
            warnings.add_uncollected(Code.SAME_NAME, 1)
            continue
        ids = ", ".join(member.accounting_id for member in members[:10])
        more = f" and {len(members) - 10} more" if len(members) > 10 else ""
        _warn(
            warnings,
            Code.SAME_NAME,
            model,
            key,
            members,
            f"{len(members)} {model.kind_plural} have the name {members[0].name}: {ids}{more}.",
        )
    for key, members in similar_ids(model, company_id, books_id):
        if warnings.is_full(Code.SIMILAR_ACCOUNTING_ID):
            warnings.add_uncollected(Code.SIMILAR_ACCOUNTING_ID, 1)
            continue
        ids = ", ".join(f"“{member.accounting_id}”" for member in members[:10])
        _warn(
            warnings,
            Code.SIMILAR_ACCOUNTING_ID,
            model,
            key,
            members,
            f"The Accounting IDs of {len(members)} {model.kind_plural} differ only in case or spaces: {ids}.",
        )
    warn_of_local_twins(warnings, model, company_id, books_id)


def same_names(
    model: type[AccountingRecord], company_id: int, books_id: int
) -> Iterator[tuple[str, list[Member]]]:
    """Groups of active records with one name under several Accounting IDs, by their key."""
    records = _listed(model, company_id, books_id).exclude(name_key="")
    for key, members in _groups(records, "name_key"):
        if len(alike := not_told_apart(members)) > 1:
            yield key, alike


def similar_ids(
    model: type[AccountingRecord], company_id: int, books_id: int
) -> Iterator[tuple[str, list[Member]]]:
    """Groups of active records whose Accounting IDs differ only in case or white space."""
    without_space = Replace("accounting_id", Value(" "), Value(""))
    folded = LowerEveryLetter(Replace(without_space, Value(NO_BREAK_SPACE), Value("")))
    records = _listed(model, company_id, books_id).annotate(folded=folded)
    yield from _groups(records, "folded")


def not_told_apart(members: Iterable[Member]) -> list[Member]:
    """Those that neither address nor parent tells from all of the others (I-8).

    Addresses tell apart where each has one, parents where both of two have one.
    """
    members = list(members)
    addresses = [search_key(member.address) for member in members]
    if not all(addresses):
        addresses = [""] * len(members)
    at = Counter(addresses)
    under = Counter(zip(addresses, (member.parent for member in members), strict=True))
    return [
        member
        for member, address in zip(members, addresses, strict=True)
        if (under[address, member.parent] + under[address, ""] if member.parent else at[address]) > 1
    ]


def _listed(model: type[AccountingRecord], company_id: int, books_id: int) -> QuerySet[Any]:
    records: QuerySet[Any] = model._default_manager.all()
    # The company is that of the books: indexes begin with it.
    return records.filter(company_id=company_id, books_id=books_id, archived_reason="").exclude(
        accounting_id=""
    )


def _groups(records: QuerySet[Any], key: str) -> Iterator[tuple[str, list[Member]]]:
    """Records that share a key, by that key. Streamed, so that memory stays flat however many there are."""
    counted = records.order_by().values_list(key).annotate(number=Count("pk")).filter(number__gt=1)
    shared = [value for value, _ in counted[: FEW_KEYS + 1]]
    if not shared:
        return
    if len(shared) <= FEW_KEYS:
        alike = records.filter(**{f"{key}__in": shared})
    else:
        # A window is one sort whatever the database believes of its tables, which may be new to it.
        # Read off directly: joined with the records, where it believes that there is one, each would be
        # compared with each.
        numbered = records.annotate(number=Window(Count("pk"), partition_by=[F(key)]))
        alike = numbered.filter(number__gt=1)
    columns = ("bill_to_address", "accounting_parent_id") if records.model is Client else ()
    name_columns = ("name",) if hasattr(records.model, "name") else ("first_name", "last_name")
    want_all_rows()
    rows = (
        alike.order_by(key, "pk")
        .values_list(key, "pk", "accounting_id", *name_columns, *columns)
        .iterator(chunk_size=CHUNK)
    )
    end = 3 + len(name_columns)
    for shared_key, group in groupby(rows, key=lambda row: row[0]):
        yield (
            shared_key,
            [
                Member(row[1], row[2], " ".join(filter(None, row[3:end])), *(row[end:] or ("",)))
                for row in group
            ],
        )


def _warn(
    warnings: WarningCollector,
    code: Code,
    model: type[AccountingRecord],
    key: str,
    members: list[Member],
    message: str,
) -> None:
    sides = [
        Side(kind=model.kind, id=member.pk, label=f"{member.accounting_id} {member.name}".strip())
        for member in members
    ]
    ids = ",".join(str(member.pk) for member in members)
    warnings.add(code, message, sides=sides, fingerprint=f"{model.kind}:{key}:{ids}")
