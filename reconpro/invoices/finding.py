"""Finding a client, service or employee to put on an invoice, among 100,000 as among ten.

What is offered while somebody types and what is accepted when the form is sent come from the same
place: active records of the company, and those already on the invoice, even if archived since.
"""

import re
from collections.abc import Iterable
from typing import Generic, TypeVar

from django.db.models import Q, QuerySet

from reconpro.company.keys import search_key
from reconpro.company.models import AccountingRecord, ArchivedReason, Company, Employee
from reconpro.lists import starts_with

OFFERED_AT_ONCE = 12
R = TypeVar("R", bound=AccountingRecord)
_ID_AT_END = re.compile(r"\(([^()]+)\)\s*$")


class NotFound(Exception):
    """What was typed names no record that can be chosen, or several; str() is a sentence for the field."""


def label(record: AccountingRecord) -> str:
    """The record as the box shows it: its name and, in brackets, its Accounting ID."""
    accounting_id: str = record.accounting_id  # type: ignore[attr-defined]  # of FromAccounting
    name = record.display_name
    return f"{name} ({accounting_id})" if accounting_id and accounting_id != name else name


def active(company: Company, model: type[R]) -> QuerySet[R]:
    return model._default_manager.filter(company=company, archived_reason=ArchivedReason.NONE)


def offers(company: Company, model: type[R], text: str) -> tuple[list[R], bool]:
    """Active records whose name or Accounting ID starts with the text, by name; and if there are more."""
    records = active(company, model)
    enough = OFFERED_AT_ONCE + 1
    typed = _without_id(text)
    if typed:
        # Each way of finding by its own index and no further than is shown: an OR would read the whole list.
        ways = [(starts_with("accounting_id", typed), "accounting_id")]
        if typed != typed.upper():
            ways.append((starts_with("accounting_id", typed.upper()), "accounting_id"))
        if key := search_key(typed):
            ways.append((starts_with("search_key", key), "search_key"))
        if model is Employee and key:
            ways.append((Q(last_name__istartswith=typed), "search_key"))
        found = {
            record.pk: record
            for way, order in ways
            for record in records.filter(way).order_by(order, "id")[:enough]
        }
        offered = sorted(found.values(), key=lambda record: (record.search_key, record.pk))
    else:
        offered = list(records.order_by("search_key", "id")[:enough])
    return offered[:OFFERED_AT_ONCE], len(offered) > OFFERED_AT_ONCE


class Finder(Generic[R]):
    """Turns what a form posted into records that may be chosen, with one query for many of them.

    `kept` are the ids of records already on the invoice: they stay choosable when archived.
    """

    def __init__(self, company: Company, model: type[R], kept: Iterable[int] = ()) -> None:
        self.company = company
        self.model = model
        self._kept = frozenset(kept)
        self._known: dict[int, R | None] = {}

    @property
    def kind(self) -> str:
        return self.model.kind

    @property
    def kind_plural(self) -> str:
        return self.model.kind_plural

    def preload(self, posted_ids: Iterable[str]) -> None:
        """Read all of these at once, so that a form of many lines asks once."""
        wanted = {pk for text in posted_ids if (pk := _id(text)) is not None} - self._known.keys()
        found = {record.pk: record for record in self._choosable().filter(pk__in=wanted)} if wanted else {}
        self._known |= {pk: found.get(pk) for pk in wanted}

    def remember(self, record: R) -> None:
        """A record that is at hand already needs no query."""
        if record.company_id == self.company.pk and (not record.is_archived or record.pk in self._kept):
            self._known[record.pk] = record

    def by_id(self, posted_id: str) -> R | None:
        """The record, or None if it isn't there, is another company's (U-2) or can't be chosen."""
        pk = _id(posted_id)
        if pk is None:
            return None
        self.preload([posted_id])
        return self._known[pk]

    def by_text(self, text: str) -> R:
        """The one record of this name or Accounting ID. Raises NotFound."""
        typed = text.strip()
        if (at_end := _ID_AT_END.search(typed)) is not None:
            with_id = list(self._choosable().filter(accounting_id=at_end[1].strip())[:2])
            if len(with_id) == 1:
                return with_id[0]
        named = Q(accounting_id=typed)
        if key := search_key(typed):
            named |= Q(search_key=key)
        found = list(self._choosable().filter(named)[:2])
        if len(found) == 1:
            return found[0]
        if found:
            raise NotFound(f"Several {self.kind_plural} are called “{typed}”. Choose one from the list.")
        raise NotFound(f"No active {self.kind} is called “{typed}”. Choose one from the list.")

    def _choosable(self) -> QuerySet[R]:
        return self.model._default_manager.filter(
            Q(archived_reason=ArchivedReason.NONE) | Q(pk__in=self._kept), company=self.company
        )


def _id(posted: str) -> int | None:
    """The id in a posted value; None for anything that can't be one."""
    return int(posted) if posted.isascii() and posted.isdigit() and len(posted) <= 18 else None


def _without_id(text: str) -> str:
    """What to search by when the box still holds a whole label."""
    return _ID_AT_END.sub("", text).strip()[:100]
