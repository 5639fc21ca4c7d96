"""Any request made of any text is valid, and what arrives is what was meant (G-1, X-2).

Control characters, lone surrogates, 4-byte characters, ``]]>`` and quotes: what XML cannot carry is left out,
all else comes back the same.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree

from intacct.gateway import (
    ArInvoices,
    CreateInvoice,
    CreateSalesTransaction,
    Credentials,
    Filter,
    GetApiSession,
    GetList,
    Inspect,
    InvoiceLine,
    Lookup,
    Query,
    ReadByQuery,
    SalesLine,
    SalesTransactions,
    Version,
)
from intacct.gateway.functions import ReadMore
from intacct.gateway.functions.filters import Comparison, Logical
from intacct.simulator import byquery, schemas
from tests.gateway.any_text import ANY, ANY_TEXT, carried, sent

pytestmark = [
    pytest.mark.schemas,
    pytest.mark.skipif(not schemas.available(), reason="schemas absent"),
]
AMOUNTS = st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**9), max_value=10**9)
DATES = st.dates()
MAYBE_DATES = st.none() | DATES

SALES = st.builds(
    CreateSalesTransaction,
    transaction_type=ANY_TEXT,
    date_created=DATES,
    customer_id=ANY_TEXT,
    document_no=ANY_TEXT,
    reference_no=ANY_TEXT,
    term_name=ANY_TEXT,
    date_due=MAYBE_DATES,
    message=ANY_TEXT,
    ship_to=ANY_TEXT,
    bill_to=ANY_TEXT,
    external_id=ANY_TEXT,
    state=ANY_TEXT,
    date_posted=MAYBE_DATES,
    lines=st.lists(
        st.builds(
            SalesLine,
            item_id=ANY_TEXT,
            item_desc=ANY_TEXT,
            quantity=AMOUNTS,
            unit=ANY_TEXT,
            price=st.none() | AMOUNTS,
            location_id=ANY_TEXT,
            department_id=ANY_TEXT,
            memo=ANY_TEXT,
            employee_id=ANY_TEXT,
        ),
        min_size=1,
        max_size=3,
    ).map(tuple),
)
ACCOUNTS = st.text("0123456789.-é\U0001f600", min_size=1, max_size=10).flatmap(
    lambda name: st.sampled_from([{"gl_account_no": name}, {"account_label": name}])
)
INVOICES = st.builds(
    CreateInvoice,
    customer_id=ANY_TEXT,
    date_created=DATES,
    date_posted=MAYBE_DATES,
    date_due=MAYBE_DATES,
    term_name=ANY_TEXT,
    action=ANY_TEXT,
    invoice_no=ANY_TEXT,
    po_number=ANY_TEXT,
    description=ANY_TEXT,
    external_id=ANY_TEXT,
    bill_to=ANY_TEXT,
    ship_to=ANY_TEXT,
    lines=st.lists(
        st.builds(
            lambda account, **rest: InvoiceLine(**account, **rest),
            account=ACCOUNTS,
            amount=AMOUNTS,
            memo=ANY_TEXT,
            location_id=ANY_TEXT,
            department_id=ANY_TEXT,
            customer_id=ANY_TEXT,
            employee_id=ANY_TEXT,
            item_id=ANY_TEXT,
        ),
        min_size=1,
        max_size=3,
    ).map(tuple),
)

# Where an attribute's name is not the element's without its underscores.
SALES_NAMES = {
    "transaction_type": "transactiontype", "date_created": "datecreated", "date_posted": "dateposted",
    "customer_id": "customerid", "document_no": "documentno", "reference_no": "referenceno",
    "term_name": "termname", "date_due": "datedue", "message": "message", "ship_to": "shipto",
    "bill_to": "billto", "external_id": "externalid", "state": "state",
}  # fmt: skip
SALES_LINE_NAMES = {
    "item_id": "itemid", "item_desc": "itemdesc", "quantity": "quantity", "unit": "unit", "price": "price",
    "location_id": "locationid", "department_id": "departmentid", "memo": "memo", "employee_id": "employeeid",
}  # fmt: skip
INVOICE_NAMES = {
    "customer_id": "customerid", "date_created": "datecreated", "date_posted": "dateposted",
    "date_due": "datedue", "term_name": "termname", "action": "action", "invoice_no": "invoiceno",
    "po_number": "ponumber", "description": "description", "external_id": "externalid",
    "bill_to": "billto", "ship_to": "shipto",
}  # fmt: skip
INVOICE_LINE_NAMES = {
    "account_label": "accountlabel", "gl_account_no": "glaccountno", "amount": "amount", "memo": "memo",
    "location_id": "locationid", "department_id": "departmentid", "customer_id": "customerid",
    "employee_id": "employeeid", "item_id": "itemid",
}  # fmt: skip


def meant(
    document: CreateSalesTransaction | CreateInvoice, names: Mapping[str, str], line_names: Mapping[str, str]
) -> dict[str, Any]:
    """What must arrive of a document: without what XML can't carry, and without what is empty."""
    found = _meant(document, names)
    found["lines"] = [_meant(line, line_names) for line in document.lines]
    return found


def _meant(holder: object, names: Mapping[str, str]) -> dict[str, Any]:
    found = {}
    for attribute, element in names.items():
        value = getattr(holder, attribute)
        value = carried(value) if isinstance(value, str) else value
        if value is not None and value != "":
            found[element] = value
    return found


def arrived(element: etree._Element) -> dict[str, Any]:
    """The same, read out of the request."""
    found: dict[str, Any] = {}
    for part in element:
        if part.tag.startswith("date"):
            found[part.tag] = date(*(int(part.findtext(name)) for name in ("year", "month", "day")))
        elif part.tag in ("sotransitems", "invoiceitems"):
            found["lines"] = [arrived(line) for line in part]
        elif part.tag in ("quantity", "price", "amount"):
            assert "E" not in part.text
            found[part.tag] = Decimal(part.text)
        elif len(part):
            found[part.tag] = part.findtext("contactname")
        elif part.text:
            found[part.tag] = part.text
    return found


@ANY
@given(document=SALES)
def test_an_order_entry_document(document: CreateSalesTransaction) -> None:
    for version in Version:
        (element,) = sent(version, document).iterfind(".//create_sotransaction")
        assert arrived(element) == meant(document, SALES_NAMES, SALES_LINE_NAMES)


@ANY
@given(document=INVOICES)
def test_an_ar_invoice(document: CreateInvoice) -> None:
    for version in Version:
        (element,) = sent(version, document).iterfind(".//create_invoice")
        assert arrived(element) == meant(document, INVOICE_NAMES, INVOICE_LINE_NAMES)


# -- questions --------------------------------------------------------------------------------------------

PLAIN_OPERATORS = st.sampled_from(
    ["equalto", "notequalto", "lessthan", "lessthanorequalto", "greaterthan", "greaterthanorequalto", "like"]
)


def filters(fields: st.SearchStrategy[str]) -> st.SearchStrategy[Filter]:
    leaf = st.builds(
        Comparison, field=fields, operator=PLAIN_OPERATORS, values=st.tuples(ANY_TEXT)
    ) | st.builds(
        Comparison,
        field=fields,
        operator=st.just("in"),
        values=st.lists(ANY_TEXT, min_size=1, max_size=4).map(tuple),
    )
    return st.recursive(
        leaf,
        lambda inner: st.builds(
            Logical,
            operator=st.sampled_from(["and", "or"]),
            parts=st.lists(inner, min_size=2, max_size=3).map(tuple),
        ),
        max_leaves=6,
    )


# Whatever a company may call its objects and fields; what is no name is refused: test_misuse.py.
NAMES = ANY_TEXT.map(lambda text: "".join(filter(str.isprintable, carried(text))).strip()).filter(bool)
FIELDS = st.from_regex(r"[A-Z_][A-Z_.0-9]{0,19}", fullmatch=True).filter(
    lambda name: name not in {"AND", "OR", "NOT", "LIKE", "IN", "IS", "NULL"}
)
Said = tuple[Any, ...]


def said(condition: Filter) -> Said:
    """A filter as nested tuples, without what XML can't carry."""
    if isinstance(condition, Logical):
        return (condition.operator, *(said(part) for part in condition.parts))
    return (
        condition.operator,
        carried(condition.field),
        *(carried(value) for value in condition.values),
    )


def query_said(element: etree._Element) -> Said:
    if element.tag in ("and", "or"):
        return (element.tag, *(query_said(part) for part in element))
    return (
        element.tag,
        element.findtext("field"),
        *(value.text or "" for value in element.iterfind("value")),
    )


LEGACY = {
    "=": "equalto", "!=": "notequalto", "<": "lessthan", "<=": "lessthanorequalto", ">": "greaterthan",
    ">=": "greaterthanorequalto", "like": "like",
}  # fmt: skip


def list_said(element: etree._Element) -> Said:
    if element.tag == "logical":
        return (element.get("logical_operator"), *(list_said(part) for part in element))
    return (
        LEGACY[element.findtext("operator") or ""],
        element.findtext("field"),
        element.findtext("value"),
    )


def spelled_out(condition: Said) -> Said:
    """Legacy lists know no ``in``: one comparison per value, joined by ``or``."""
    operator, *rest = condition
    if operator in ("and", "or"):
        return (operator, *(spelled_out(part) for part in rest))
    if operator != "in":
        return condition
    field, *values = rest
    each = [("equalto", field, value) for value in values]
    return each[0] if len(each) == 1 else ("or", *each)


@ANY
@given(
    name=NAMES,
    fields=st.lists(NAMES, min_size=1, max_size=4).map(tuple),
    condition=filters(NAMES),
    docparid=ANY_TEXT,
)
def test_a_query(name: str, fields: tuple[str, ...], condition: Filter, docparid: str) -> None:
    query = Query(name, fields, filter=condition, docparid=docparid).page(2000)

    root = sent(Version.V3_0, query)

    assert (root.findtext(".//query/object") or "") == carried(name)
    assert [each.text or "" for each in root.iterfind(".//select/field")] == [
        *(carried(field) for field in fields),
        *(() if "RECORDNO" in fields else ("RECORDNO",)),
    ]
    assert query_said(root.find(".//filter")[0]) == said(condition)
    assert (root.findtext(".//docparid") or "") == carried(docparid)


@ANY
@given(
    name=st.sampled_from(["customer", "icitem", "employee", "sotransaction", "invoice"]),
    fields=st.lists(NAMES, max_size=4).map(tuple),
    condition=filters(NAMES),
)
def test_a_legacy_list(name: str, fields: tuple[str, ...], condition: Filter) -> None:
    listing = GetList(name, fields, filter=condition).page(1000, 1000)

    for version in Version:
        root = sent(version, listing)
        sorted_by = listing.sort_field
        assert [each.text or "" for each in root.iterfind(".//fields/field")] == [
            *(carried(field) for field in fields),
            *((sorted_by,) if fields and sorted_by and sorted_by not in fields else ()),
        ]
        assert list_said(root.find(".//filter")[0]) == spelled_out(said(condition))


@ANY
@given(
    name=NAMES,
    fields=st.lists(FIELDS, max_size=4).map(tuple),
    condition=filters(FIELDS),
    docparid=ANY_TEXT,
)
@example(name="CUSTOMER", fields=(), condition=Comparison("NAME", "equalto", ("\\",)), docparid="")
@example(name="CUSTOMER", fields=(), condition=Comparison("NAME", "equalto", ("' OR '1'='1",)), docparid="")
def test_a_text_query_means_what_was_meant(
    name: str, fields: tuple[str, ...], condition: Filter, docparid: str
) -> None:
    """Read by the simulator's own reader of that language."""
    root = sent(Version.V3_0, ReadByQuery(name, fields, filter=condition, docparid=docparid).page(1000))

    assert root.findtext(".//readByQuery/fields") == (",".join(fields) or "*")
    text = root.findtext(".//readByQuery/query")
    assert text is not None
    assert byquery.parse(text) == _in_the_readers_words(said(condition))


def _in_the_readers_words(condition: Said) -> Said:
    """The reader keeps status as a letter, and so understands no other values of it; what differs from a
    value is what is not in a list of it."""
    operator, *rest = condition
    if operator in ("and", "or"):
        return (operator, *(_in_the_readers_words(part) for part in rest))
    field, *values = rest
    if field == "STATUS":
        values = [{"T": "active", "F": "inactive"}.get(value, f"?{value}") for value in values]
    return ("notin" if operator == "notequalto" else operator, field, *values)


@ANY
@given(name=NAMES, text=ANY_TEXT, detail=st.booleans())
def test_whatever_else_is_asked(name: str, text: str, detail: bool) -> None:
    assert sent(Version.V3_0, Lookup(name)).findtext(".//object") == name
    assert sent(Version.V3_0, Inspect(name, detail)).findtext(".//object") == name
    assert (sent(Version.V3_0, ReadMore(text)).findtext(".//resultId") or "") == carried(text)


@ANY
@given(numbers=st.lists(ANY_TEXT, min_size=1, max_size=5), definition=ANY_TEXT)
def test_a_read_back(numbers: list[str], definition: str) -> None:
    for version in Version:
        for kind in (SalesTransactions(definition), ArInvoices()):
            root = sent(version, kind.listing(version, numbers))
            values = [each.text or "" for each in root.iterfind(".//filter//value")]
            assert values[-len(numbers) :] == [carried(number) for number in numbers]


# -- the envelope -----------------------------------------------------------------------------------------


@ANY
@given(
    texts=st.tuples(*[ANY_TEXT] * 6),
    control_id=st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=256),
    version=st.sampled_from(Version),
    session=ANY_TEXT,
)
def test_credentials_control_ids_and_sessions(
    texts: tuple[str, ...], control_id: str, version: Version, session: str
) -> None:
    sender, sender_password, user, company, password, entity = texts
    credentials = Credentials(sender, sender_password, user, company, password, entity)

    root = sent(
        version,
        GetApiSession(),
        credentials=credentials,
        session_id=carried(session),
        control_ids=[control_id],
    )

    def text(path: str) -> str:
        return root.findtext(path) or ""

    assert text("control/senderid") == carried(sender)
    assert text("control/password") == carried(sender_password)
    assert root.find(".//function").get("controlid") == control_id
    if carried(session):
        assert text(".//sessionid") == carried(session)
    else:
        assert [text(f".//login/{name}") for name in ("userid", "companyid", "password", "locationid")] == [
            carried(each) for each in (user, company, password, entity)
        ]
