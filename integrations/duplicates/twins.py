"""Local records that look like imported ones: by name, e-mail or phone (I-8)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import CharField, F, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Length, Lower, Replace

from integrations.duplicates.codes import Code
from integrations.duplicates.collector import MOST_PER_CODE, Side, WarningCollector
from integrations.planning import without_nested_loops
from integrations.reconcile.models import LinkAnswer, LinkProposal
from reconpro.company.models import AccountingRecord, Employee

CHUNK = 400  # keeps below SQLite's limit of variables
MOST_TWINS = 10  # imported ones beside a local one; of more a person learns nothing
NOT_DIALLED = (" ", "-", "(", ")", ".", "+", "/", "\u00a0")
SHORTEST_PHONE = 7  # below that it is an extension


def warn_of_local_twins(
    warnings: WarningCollector, model: type[AccountingRecord], company_id: int, books_id: int
) -> None:
    """One warning for each local record without Accounting ID that has the name, e-mail or phone of
    imported ones, with all of them named. Of employees a name alone says nothing (I-10)."""
    everything: QuerySet[Any] = model._default_manager.all()
    records = everything.filter(company_id=company_id, archived_reason="")
    local = records.filter(accounting_id="", accounting_status="")
    if not local.exists():
        return
    imported = records.filter(books_id=books_id).exclude(accounting_id="").exclude(accounting_status="")
    found: dict[int, dict[int, list[str]]] = {}
    beyond: set[int] = set()
    for word, key in _ways(model):
        _find(local, imported, word, key, found, beyond)
    _leave_out_told_different(imported, books_id, found)
    _warn(warnings, model, found)
    warnings.add_uncollected(Code.LOCAL_TWIN, len(beyond))


def _ways(model: type[AccountingRecord]) -> list[tuple[str, Combinable]]:
    """What makes two alike: the word for it, and the value that they then have in common."""
    columns = {field.name for field in model._meta.get_fields()}
    ways: list[tuple[str, Combinable]] = [] if model is Employee else [("name", F("name_key"))]
    if "email" in columns:
        ways.append(("e-mail", Lower("email")))
    if "phone" in columns:
        digits: Any = F("phone")
        for sign in NOT_DIALLED:
            digits = Replace(digits, Value(sign), Value(""), output_field=CharField())
        ways.append(("phone", digits))
    return ways


def _find(
    local: QuerySet[Any],
    imported: QuerySet[Any],
    word: str,
    key: Combinable,
    found: dict[int, dict[int, list[str]]],
    beyond: set[int],
) -> None:
    """Add to `found`, by local record, the imported ones alike and in which ways; to `beyond`, the local
    records that are more than anybody reads."""
    local, imported = (
        records.alias(key_length=Length(key)).filter(key_length__gte=SHORTEST_PHONE if word == "phone" else 1)
        for records in (local, imported)
    )
    local, imported = local.annotate(twin_key=key), imported.annotate(twin_key=key)
    alike = local.filter(twin_key__in=imported.values("twin_key"))
    by_key: dict[str, list[int]] = defaultdict(list)
    # Read at once: for a cursor PostgreSQL would choose the plan that begins soonest, row by row.
    with without_nested_loops():
        pairs = list(alike.order_by("pk").values_list("pk", "twin_key"))
    for pk, value in pairs:
        if pk in found or len(found) < MOST_PER_CODE:
            found.setdefault(pk, {})
            by_key[value].append(pk)
        else:
            beyond.add(pk)
    for chunk in _chunks(sorted(by_key)):
        twins = imported.filter(twin_key__in=chunk).order_by("twin_key", "pk")
        seen: dict[str, int] = defaultdict(int)
        for pk, value in twins.values_list("pk", "twin_key").iterator(chunk_size=2000):
            seen[value] += 1
            if seen[value] <= MOST_TWINS:
                for local_id in by_key[value]:
                    found[local_id].setdefault(pk, []).append(word)


def _leave_out_told_different(
    imported: QuerySet[Any], books_id: int, found: dict[int, dict[int, list[str]]]
) -> None:
    """Pairs of which somebody said before they were imported that they are different (I-9)."""
    told = LinkProposal.objects.filter(
        books_id=books_id, kind=imported.model.kind, answer=LinkAnswer.DIFFERENT, by_id=False
    )
    if not told.exists():
        return
    for chunk in _chunks(sorted(found)):
        different: dict[str, set[int]] = defaultdict(set)
        for local_id, accounting_id in told.filter(record_id__in=chunk).values_list(
            "record_id", "accounting_id"
        ):
            different[accounting_id].add(local_id)
        for ids in _chunks(sorted(different)):
            of_these = imported.filter(accounting_id__in=ids)
            for pk, accounting_id in of_these.values_list("pk", "accounting_id"):
                for local_id in different[accounting_id]:
                    found[local_id].pop(pk, None)
    for local_id in [pk for pk, twins in found.items() if not twins]:
        del found[local_id]


def _warn(
    warnings: WarningCollector, model: type[AccountingRecord], found: dict[int, dict[int, list[str]]]
) -> None:
    ids = sorted({*found, *(pk for twins in found.values() for pk in twins)})
    known: dict[int, Any] = {}
    for chunk in _chunks(ids):
        known |= model._default_manager.in_bulk(chunk)
    for local_id in sorted(found):
        twins = sorted(found[local_id])
        words = dict.fromkeys(word for pk in twins for word in found[local_id][pk])
        names = ", ".join(known[pk].called for pk in twins)
        what = f"the {' and '.join(words)} of {names.rstrip('.')}"
        warnings.add(
            Code.LOCAL_TWIN,
            f"The {model.kind} {known[local_id].display_name} has no Accounting ID, and {what}.",
            sides=[Side(kind=model.kind, id=pk, label=known[pk].called) for pk in (local_id, *twins)],
            fingerprint=f"{model.kind}:{local_id}:" + ",".join(str(pk) for pk in twins),
        )


def _chunks(items: list[Any]) -> Iterable[list[Any]]:
    return (items[start : start + CHUNK] for start in range(0, len(items), CHUNK))
