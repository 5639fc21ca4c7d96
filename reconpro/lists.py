"""What every list of the product has in common: paging that stays fast, sorting, prefix search."""

from functools import cached_property
from typing import Any

import django_tables2 as tables
from django.core.paginator import EmptyPage, Page, Paginator
from django.db import connection
from django.db.models import Q, QuerySet
from django.http import HttpRequest

PAGE_SIZE = 50
COUNT_CAP = 10_000
HIGHEST_PAGE = 100_000  # what no list reaches: keeps an address from asking for an absurd offset


def capped_count(objects: QuerySet[Any]) -> int:
    """How many there are, counted no further than one past the cap: the cost has a limit."""
    return objects.order_by()[: COUNT_CAP + 1].count()


def count_label(count: int) -> str:
    """In words: 1,234, or 10,000+ where counting stopped."""
    return f"{COUNT_CAP:,}+" if count > COUNT_CAP else f"{count:,}"


def starts_with(field: str, prefix: str) -> Q:
    """A prefix condition that uses the field's index on both databases.

    SQLite's LIKE ignores case and so can't use an ordinary index; a range of the same strings can.
    On PostgreSQL LIKE takes an index of a `KeyField`, and for other columns one that is made for it
    (`varchar_pattern_ops`), whatever the collation.
    """
    if connection.vendor == "sqlite":
        return Q(**{f"{field}__gte": prefix, f"{field}__lt": prefix + "\U0010ffff"})
    return Q(**{f"{field}__startswith": prefix})


class CappedPaginator(Paginator):  # type: ignore[type-arg]  # Django's takes none at run time
    """Pages of a list whose count stops at the cap; beyond it one page leads to the next."""

    @cached_property
    def count(self) -> int:
        data = getattr(getattr(self.object_list, "data", None), "data", self.object_list)
        return capped_count(data) if isinstance(data, QuerySet) else len(data)

    @property
    def is_capped(self) -> bool:
        return self.count > COUNT_CAP

    @property
    def count_label(self) -> str:
        return count_label(self.count)

    def validate_number(self, number: Any) -> int:
        if self.is_capped and isinstance(number, int) and self.num_pages < number <= HIGHEST_PAGE:
            return number
        return super().validate_number(number)

    def page(self, number: Any) -> "CappedPage":
        number = self.validate_number(number)
        bottom = (number - 1) * self.per_page
        top = bottom + self.per_page
        if not self.is_capped:
            top = min(top, self.count)
        return CappedPage(self.object_list[bottom:top], number, self)


class CappedPage(Page):  # type: ignore[type-arg]  # Django's takes none at run time
    paginator: CappedPaginator

    def has_next(self) -> bool:
        if self.paginator.is_capped:
            return self.number < HIGHEST_PAGE and len(self.object_list) == self.paginator.per_page
        return super().has_next()

    def next_page_number(self) -> int:
        return self.number + 1 if self.paginator.is_capped else super().next_page_number()

    def end_index(self) -> int:
        return self.start_index() + len(self.object_list) - 1

    @property
    def range_label(self) -> str:
        """Which rows the page shows, and of how many."""
        return f"{self.start_index():,}–{self.end_index():,} of {self.paginator.count_label}"


class ListTable(tables.Table):  # type: ignore[misc, unused-ignore]  # django-tables2 has no types
    """Base of the lists; `empty_text` says what to do next where nothing is there yet."""

    class Meta:
        attrs = {"class": "table table-hover stacked"}
        per_page = PAGE_SIZE
        default = "—"


def on_page(table: tables.Table, request: HttpRequest, *, per_page: int = PAGE_SIZE) -> tables.Table:
    """Sort and page the table as the address says; an odd page number shows the nearest page.

    Unlike django-tables2's RequestConfig it takes no page size from the address.
    """
    table.request = request
    if order_by := request.GET.getlist(table.prefixed_order_by_field):
        table.order_by = order_by
    try:
        number = int(request.GET.get(table.prefixed_page_field, "1"))
    except ValueError:
        number = 1
    try:
        table.paginate(paginator_class=CappedPaginator, per_page=per_page, page=number)
    except EmptyPage:
        last = table.paginator.num_pages if number > 1 else 1
        table.page = table.paginator.page(last)
    return table
