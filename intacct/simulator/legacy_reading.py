"""The legacy readers, the same in 2.1 and under 3.0: get_list and get."""

from collections.abc import Collection, Sequence

from lxml import etree

from . import conditions
from .calls import Call, Outcome
from .conditions import BadCondition, Condition
from .kinds import Kind
from .ledger_kinds import ARINVOICE, SODOCUMENT
from .listing import Order
from .markup import escape
from .objects import ARTERM, BY_LEGACY_NAME, legacy_field
from .paper_rendering import legacy_document, legacy_invoice
from .refusals import FunctionRefusal, Problem, not_simulated
from .rendering import legacy_shape, legacy_term
from .tables import Row
from .values import whole_of

LARGEST_LIST = 1000  # the largest in use among published clients
DEFAULT_LIST = 100
WRITERS = {SODOCUMENT: legacy_document, ARINVOICE: legacy_invoice}  # what has lines


def _number(element: etree._Element, name: str, default: int, largest: int | None) -> int:
    text = (element.get(name) or "").strip() or str(default)
    number = whole_of(text)
    if number is None or (largest is not None and not 1 <= number <= largest):
        limit = f"1 to {largest}" if largest else "a number"
        raise FunctionRefusal(Problem(f"SIM-{name.upper()}", f"{name} must be {limit}; it is '{text}'."))
    return number


def _field(kind: Kind, name: str, absent: Collection[str]) -> str:
    field = legacy_field(kind, name)
    if field not in kind.positions or field in absent:
        raise FunctionRefusal(Problem("XL03000010", f"The field '{name}' does not exist."))
    return field


def _condition(call: Call, element: etree._Element, kind: Kind) -> Condition | None:
    filter_ = element.find("filter")
    if filter_ is None or not len(filter_):
        return None
    # Several bare siblings are valid, but nobody has told what joins them.
    if len(filter_) > 1:
        raise FunctionRefusal(
            Problem("SIM-FILTER", "Wrap several conditions in a <logical>: what joins them is open.")
        )
    return conditions.of_legacy(filter_[0], lambda name: _field(kind, name, call.absent(kind)))


def get_list(call: Call, element: etree._Element) -> Outcome:
    """One page of a legacy list; `end` is zero-based and inclusive."""
    named = element.get("object") or ""
    if named == "company_info":
        return _company_info(call)
    kind = BY_LEGACY_NAME.get(named)
    if kind is None:
        raise FunctionRefusal(not_simulated(f"get_list of {named}"))
    call.require(kind, "read", "GET_LIST")
    # A list may be in the order of what it doesn't show: what a user may not see is left out without a word
    # in legacy lists, and no source tells that sorting by it fails.
    removed = call.company.settings.removed_fields.get(kind.name, [])
    order: Order = tuple(
        (_field(kind, (each.text or "").strip(), removed), each.get("order") == "desc")
        for each in element.iterfind("sorts/sortfield")
    )
    start = _number(element, "start", 0, None)
    size = _number(element, "maxitems", DEFAULT_LIST, LARGEST_LIST)
    show_private = element.get("showprivate") == "true"
    try:
        condition = _condition(call, element, kind)
        rows = call.listing(kind, condition, order, show_private=show_private)
    except BadCondition as problem:
        raise FunctionRefusal(Problem("DL02000001", str(problem))) from None
    page = rows.page(start, size)
    listtype = (
        f'<listtype start="{start}" end="{start + len(page) - 1}" '
        f'total="{call.told_total(len(rows))}">{kind.legacy_name}</listtype>'
    )
    if call.strike.get("short_list"):
        page = page[: len(page) // 2]  # the counts go on telling of the rest
    return Outcome(listtype=listtype, data=_data(call, kind, page, _names(element)), billed=1)


def get(call: Call, element: etree._Element) -> Outcome:
    """One record by business id; documents by their key."""
    kind = BY_LEGACY_NAME.get(element.get("object") or "")
    if kind is None:
        raise FunctionRefusal(not_simulated(f"get of {element.get('object')}"))
    call.require(kind, "read", "GET")
    if element.get("externalkey") == "true":
        raise FunctionRefusal(not_simulated("get by an external key"))
    row = call.company.table(kind.name).find(element.get("key") or "")
    visible = call.visible(kind, show_private=True)
    if row is None or (visible is not None and not visible(row)):
        raise FunctionRefusal(
            Problem("BL01001973", f"Cannot find {kind.legacy_name} with key '{element.get('key')}'.")
        )
    return Outcome(data=_data(call, kind, [row], _names(element)), billed=1)


def _names(element: etree._Element) -> tuple[str, ...] | None:
    names = tuple((each.text or "").strip() for each in element.iterfind("fields/field"))
    return names or None


def _data(call: Call, kind: Kind, rows: Sequence[Row], names: tuple[str, ...] | None) -> list[bytes]:
    absent, newline = call.absent(kind), call.newline
    if kind in WRITERS:
        records = newline.join(WRITERS[kind](call.company, row, names) for row in rows).encode()
    elif kind is ARTERM:
        records = newline.join(legacy_term(row, absent, names) for row in rows).encode()
    else:
        records = legacy_shape(kind, names, absent).page(rows, newline)
    return [f"<data>{newline}".encode(), records, f"{newline}</data>".encode()]


def _company_info(call: Call) -> Outcome:
    name = escape(call.company.name)
    record = f"<company_info><title>{name}</title><name>{name}</name></company_info>"
    listtype = '<listtype start="0" end="0" total="1">company_info</listtype>'
    return Outcome(listtype=listtype, data=f"<data>{record}</data>", billed=1)
