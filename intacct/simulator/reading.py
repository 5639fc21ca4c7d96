"""The generic readers of 3.0: query, readByQuery, readMore, read, readByName."""

import random
from collections.abc import Mapping
from xml.sax.saxutils import quoteattr

from lxml import etree

from . import aggregates, byquery, conditions
from .calls import Call, Cursor, Outcome
from .conditions import BadCondition
from .kinds import Kind
from .listing import Order
from .objects import BY_NAME
from .refusals import (
    NOT_PROCESSED,
    FunctionRefusal,
    Problem,
    fields_not_queried,
    not_simulated,
    unknown_object,
)
from .rendering import flat_shape, nested_shape
from .tables import Row
from .values import whole_of

LARGEST_QUERY_PAGE = 2000
LARGEST_READ_PAGE = 1000
DEFAULT_PAGE = 100
MOST_KEYS = 100
MOST_FIELDS = 1000


def _kind(name: str) -> Kind:
    kind = BY_NAME.get(name.strip().upper())
    if kind is None:
        raise FunctionRefusal(unknown_object(name.strip()))
    return kind


def _page_size(text: str | None, largest: int) -> int:
    size = whole_of((text or "").strip() or str(DEFAULT_PAGE))
    if size is None or not 1 <= size <= largest:
        raise FunctionRefusal(Problem("SIM-PAGESIZE", f"pagesize must be 1 to {largest}; it is '{text}'."))
    return size


def data(listtype: str, counts: Mapping[str, object], records: bytes, newline: str) -> list[bytes]:
    """A whole `data` element with its counts as attributes."""
    attributes = "".join(f" {name}={quoteattr(str(value))}" for name, value in counts.items())
    between = newline if records else ""
    head = f'<data listtype="{listtype}"{attributes}>{between}'
    return [head.encode(), records, f"{between}</data>".encode()]


def _is_true(element: etree._Element, path: str) -> bool:
    return (element.findtext(path) or "").strip().lower() == "true"


def query(call: Call, element: etree._Element) -> Outcome:
    """One page of a `query`: dotted fields or aggregates, filter, order, offset."""
    kind = _kind(element.findtext("object") or "")
    call.require(kind, "read", "QUERY")
    selected = [(str(each.tag), (each.text or "").strip()) for each in element.findall("select/*")]
    if not 1 <= len(selected) <= MOST_FIELDS:
        raise FunctionRefusal(Problem("SIM-FIELDS", f"1 to {MOST_FIELDS} fields a query."))
    names = tuple(name for _word, name in selected)
    return_format = (element.findtext("options/returnformat") or "xml").strip().lower()
    if return_format != "xml":
        raise FunctionRefusal(not_simulated(f"returnformat {return_format}"))

    filter_ = element.find("filter")
    condition = None if filter_ is None or not len(filter_) else conditions.of_query(filter_[0])
    definition = (element.findtext("docparid") or "").strip()
    if definition and "DOCPARID" in kind.positions:
        narrowed = ("equalto", "DOCPARID", definition)
        condition = narrowed if condition is None else ("and", condition, narrowed)
    order: Order = tuple(
        ((each.findtext("field") or "").strip(), each.find("descending") is not None)
        for each in element.iterfind("orderby/order")
    )
    asked = [*names, *(field for field, _ in order)]
    asked += conditions.fields_of(condition) if condition else []
    call.check_fields(kind, asked)
    pagesize = _page_size(element.findtext("pagesize"), LARGEST_QUERY_PAGE)
    offset_text = (element.findtext("offset") or "").strip() or "0"
    offset = whole_of(offset_text)
    if offset is None:
        raise FunctionRefusal(Problem("SIM-OFFSET", f"offset '{offset_text}' is not a number."))

    try:
        rows = call.listing(
            kind,
            condition,
            order,
            show_private=_is_true(element, "options/showprivate"),
            folded=_is_true(element, "options/caseinsensitive"),
        )
        grouped = any(word != "field" for word, _name in selected)
        groups = aggregates.records(kind, rows, selected) if grouped else []
    except BadCondition:
        raise FunctionRefusal(NOT_PROCESSED) from None
    if not order and not grouped:
        rows = call.shuffled(rows)
    page = rows.page(offset, pagesize)
    group_page = groups[offset : offset + pagesize]
    total, count = (len(groups), len(group_page)) if grouped else (len(rows), len(page))
    remaining = max(0, total - offset - count)
    if call.strike.get("short_list"):
        page, group_page, remaining = page[: len(page) // 2], group_page[: len(group_page) // 2], 0
    counts = {
        "totalcount": call.told_total(total),
        "offset": offset,
        "count": len(group_page) if grouped else len(page),
        "numremaining": remaining,
    }
    if grouped:
        records = call.newline.join(group_page).encode()
    else:
        records = flat_shape(kind, kind.name, names).page(page, call.newline)
    return Outcome(data=data(kind.name, counts, records, call.newline), billed=1)


def _field_list(call: Call, kind: Kind, text: str | None) -> tuple[str, ...]:
    names = [name.strip() for name in (text or "*").split(",") if name.strip()]
    if len(names) > MOST_FIELDS:
        raise FunctionRefusal(Problem("SIM-FIELDS", f"At most {MOST_FIELDS} fields a call."))
    if names in ([], ["*"]):
        return call.shown(kind)
    _check_asked(call, kind, names)
    return tuple(names)


def _refuse_other_formats(element: etree._Element) -> None:
    named = (element.findtext("returnFormat") or "xml").strip().lower()
    if named != "xml":
        raise FunctionRefusal(not_simulated(f"returnFormat {named}"))


def _check_asked(call: Call, kind: Kind, names: list[str]) -> None:
    """Unknown fields fail a readByQuery in its own words, what the company lacks or hides is named."""
    known, absent = kind.positions, call.absent(kind)
    if any(name not in known for name in names):
        raise FunctionRefusal(NOT_PROCESSED)
    hidden = [name for name in names if name in absent]
    if hidden:
        raise FunctionRefusal(fields_not_queried(hidden))


def read_by_query(call: Call, element: etree._Element) -> Outcome:
    """The first page of a readByQuery; its rows come in no useful order."""
    kind = _kind(element.findtext("object") or "")
    call.require(kind, "read", "READ_BY_QUERY")
    _refuse_other_formats(element)
    names = _field_list(call, kind, element.findtext("fields"))
    try:
        condition = byquery.parse(element.findtext("query") or "")
    except BadCondition:
        raise FunctionRefusal(NOT_PROCESSED) from None
    definition = (element.findtext("docparid") or "").strip()
    if definition and "DOCPARID" in kind.positions:
        narrowed = ("equalto", "DOCPARID", definition)
        condition = narrowed if condition is None else ("and", condition, narrowed)
    _check_asked(call, kind, conditions.fields_of(condition) if condition else [])
    pagesize = _page_size(element.findtext("pagesize"), LARGEST_READ_PAGE)
    try:
        rows = list(call.listing(kind, condition, (), show_private=True))
    except BadCondition:
        raise FunctionRefusal(NOT_PROCESSED) from None
    random.Random(7).shuffle(rows)  # noqa: S311 (the same disorder for each page of one read)
    cursor = Cursor(call.reader, kind, names, rows, pagesize, 0)
    return _next_page(call, cursor, "")


def read_more(call: Call, element: etree._Element) -> Outcome:
    """The next page of a readByQuery, by its resultId or by the object that this session reads.

    By object all readers of one session share one place: whoever began last is gone on with.
    """
    named = {str(each.tag): (each.text or "").strip() for each in element}
    if set(named) - {"object", "resultId"}:
        raise FunctionRefusal(not_simulated(f"readMore by {', '.join(named)}"))
    result_id = named.get("resultId", "")
    if "object" in named:
        result_id = call.memory.latest.get((call.reader, named["object"].upper()), "")
    cursor = call.memory.cursors.get(result_id)
    now, kept = call.sessions.clock(), call.company.settings.result_seconds
    if cursor is not None and now - cursor.used > kept:
        call.memory.drop_cursor(result_id)
        cursor = None
    if cursor is None or cursor.reader != call.reader:
        shown = named.get("object") or result_id
        raise FunctionRefusal(
            Problem("readMore failed", f"Attempt to readMore with an invalid or expired resultId: {shown}")
        )
    return _next_page(call, cursor, result_id)


def _next_page(call: Call, cursor: Cursor, result_id: str) -> Outcome:
    page = cursor.rows[cursor.place : cursor.place + cursor.pagesize]
    cursor.place += len(page)
    cursor.used = call.sessions.clock()
    remaining = len(cursor.rows) - cursor.place
    if call.strike.get("short_list"):
        page, remaining = page[: len(page) // 2], 0
    if remaining and not result_id:
        result_id = call.memory.keep_cursor(cursor)
    if not remaining:
        call.memory.drop_cursor(result_id)
        result_id = ""
    element = cursor.kind.name.lower()
    counts = {
        "count": len(page),
        "totalcount": call.told_total(len(cursor.rows)),
        "numremaining": remaining,
        "resultId": result_id,
    }
    shape = flat_shape(cursor.kind, element, cursor.names)
    records = shape.page(page, call.newline)
    return Outcome(data=data(element, counts, records, call.newline), billed=1)


def read(call: Call, element: etree._Element) -> Outcome:
    """Records by RECORDNO, contacts nested."""
    kind = _kind(element.findtext("object") or "")
    call.require(kind, "read", "READ")
    rows = call.company.table(kind.name).rows
    numbers = (whole_of(key) for key in _keys(element))
    found = [rows[number] for number in numbers if number in rows]
    return _read_outcome(call, kind, element, found)


def read_by_name(call: Call, element: etree._Element) -> Outcome:
    """Records by business id, contacts nested."""
    kind = _kind(element.findtext("object") or "")
    call.require(kind, "read", "READ_BY_NAME")
    table = call.company.table(kind.name)
    found = [row for key in _keys(element) if (row := table.find(key)) is not None]
    return _read_outcome(call, kind, element, found)


def _keys(element: etree._Element) -> list[str]:
    keys = [key.strip() for key in (element.findtext("keys") or "").split(",") if key.strip()]
    if len(keys) > MOST_KEYS:
        raise FunctionRefusal(Problem("SIM-KEYS", f"At most {MOST_KEYS} keys a call."))
    return keys


def _read_outcome(call: Call, kind: Kind, element: etree._Element, rows: list[Row]) -> Outcome:
    _refuse_other_formats(element)
    names = _field_list(call, kind, element.findtext("fields"))
    visible = call.visible(kind, show_private=True)
    rows = [row for row in rows if visible is None or visible(row)]
    records = nested_shape(kind, kind.name, names).page(rows, call.newline)
    return Outcome(data=data(kind.name, {"count": len(rows)}, records, call.newline), billed=1)
