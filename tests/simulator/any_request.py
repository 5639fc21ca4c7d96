"""Requests of every function that the simulator runs, with any text in any place.

Most of them are valid by the schemas, which say nothing about what a text may be; the others must be
answered as well.
"""

from hypothesis import strategies as st
from lxml import etree

from intacct.simulator.operations import FUNCTIONS
from intacct.simulator.plain_rules import ORDERS

IDS = (
    "C-00001 C-00007 DETAIL-FULL PAINT-REP EBU WBU EBU-SHOP2 200 E-00148 4010 4020 1100 RP-1 81 8001 1 "
    "ITEM CUSTOMER SODOCUMENT ARINVOICE ARINVOICEITEM EMPLOYEE DEPARTMENT ARTERM CONTACT PROJECT customer "
    "icitem invoice sotransaction arterm company_info RECORDNO NAME STATUS WHENMODIFIED CREDITLIMIT TOTAL "
    "CUSTOMERID RP_VIN RP_REGION DISPLAYCONTACT.EMAIL1 active inactive true false USD EUR Draft Submit "
    "Pending Each * T F"
).split()
PHRASES = ["Net 30", "Sales Invoice", "Sales Order", "Credit Memo", "Sales Invoice-RP-1", "Zoë & Söhne <VIN>"]
NUMBERS = [
    "0",
    "-0",
    "1",
    "185.00",
    "-5",
    "0.005",
    "1e40",
    "1E-400",
    "NaN",
    "sNaN",
    "-Infinity",
    "+1",
    ".5",
    "5.",
]
NUMBERS += [
    "9" * 14,
    "9" * 15,
    "9" * 40,
    "9" * 5000,
    "0." + "1" * 40,
    "٣",
    "²",
    "1_000",
    "0x10",
    " 7 ",
    "1,000",
]
DATES = ["11/20/2026", "11/20/2026 10:00:00", "13/45/2026", "02/30/2026", "11/20/2026 25:00:00", "2026-11-20"]
DATES += ["2026", "11", "20", "31", "0", "99999", "10000", "9999", "0001"]
QUERIES = [
    "NAME like '%a%'",
    "RECORDNO > 5",
    "RECORDNO > NaN",
    "WHENMODIFIED > '13/45/2026'",
    "(" * 3000,
    "'",
]
QUERIES += [
    "NOT " * 3000 + "A = 1",
    "STATUS = 'T' AND NAME in ('a','b')",
    "RECORDNO = '1e40'",
    "%" * 200 + "x",
]
ANYTHING = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Cn")), max_size=30)
TEXTS = st.sampled_from(["", " ", "\r", "\n\t", *IDS, *PHRASES, *NUMBERS, *DATES, *QUERIES]) | ANYTHING
SOUND = {
    "transactiontype": "Sales Invoice",
    "customerid": "C-00001",
    "termname": "Net 30",
    "itemid": "DETAIL-FULL",
    "locationid": "EBU",
    "departmentid": "200",
    "glaccountno": "4010",
    "quantity": "1",
    "price": "9.99",
    "amount": "185.00",
    "year": "2026",
    "month": "11",
    "day": "20",
}
DAYS = ("datecreated", "dateposted", "datedue", "datereversed", "origdocdate", "exchratedate", "startdate")
LINES = {"sotransitems": "sotransitem", "invoiceitems": "lineitem"}
KINDS = ("CUSTOMER", "ITEM", "EMPLOYEE", "DEPARTMENT", "LOCATION", "ARTERM", "CONTACT", "CLASS", "BADOBJECT")
MASTER_FIELDS = (
    "RECORDNO CUSTOMERID ITEMID EMPLOYEEID DEPARTMENTID LOCATIONID CLASSID NAME TITLE PRINTAS CONTACTNAME "
    "STATUS ITEMTYPE BASEPRICE TERMNAME PARENTID CREDITLIMIT ONHOLD STARTDATE RP_REGION WHENMODIFIED NO_SUCH"
).split()
LEGACY_FIELDS = (
    "name title parentid termname status creditlimit base_price startdate taxid printas email1".split()
)
OPERATORS = (
    "equalto notequalto lessthan lessthanorequalto greaterthan greaterthanorequalto like notlike between in "
    "notin isnull isnotnull"
).split()
FIELDS = st.sampled_from(["RECORDNO", "NAME", "STATUS", "WHENMODIFIED", "CREDITLIMIT", "CUSTOMERID"]) | TEXTS


def leaf(name, text):
    element = etree.Element(name)
    element.text = text
    return element


def whole(name, children, **attributes):
    element = etree.Element(name, attributes)
    element.extend(children)
    return element


@st.composite
def text_for(draw, name):
    """A sound text more often than not, so that a request gets far enough to do harm."""
    sound = SOUND.get(name)
    return draw(TEXTS) if sound is None or draw(st.integers(0, 3)) == 0 else sound


@st.composite
def part(draw, name):
    """One element of a legacy function, with what stands inside it."""
    if name in DAYS:
        return whole(name, [leaf(each, draw(text_for(each))) for each in ("year", "month", "day")])
    if name in LINES:
        lines = draw(st.lists(st.just(LINES[name]), min_size=1, max_size=3))
        return whole(name, [draw(ordered(line, ORDERS[line])) for line in lines])
    if name in ("billto", "shipto"):
        if draw(st.booleans()):
            return whole(name, [leaf("contactname", draw(TEXTS))])
        address = whole("mailaddress", [leaf("city", draw(TEXTS))])
        inside = [leaf(each, draw(TEXTS)) for each in ("contactname", "printas", "email1")]
        return whole(name, [whole("contact", [*inside, address])])
    if name == "customfields":
        pair = [leaf("customfieldname", draw(TEXTS)), leaf("customfieldvalue", draw(TEXTS))]
        return whole(name, [whole("customfield", pair)])
    if name == "subtotals":
        inside = [leaf("description", draw(TEXTS)), leaf("total", draw(TEXTS))]
        return whole(name, [whole("subtotal", inside)])
    return leaf(name, draw(text_for(name)))


@st.composite
def ordered(draw, name, order, **attributes):
    """An element with its children in the schema's order, the optional ones now and then."""
    children = []
    for word in order.split():
        child = word.rstrip("?")
        wanted = not word.endswith("?") or child in SOUND or draw(st.integers(0, 7)) == 0
        if child == "accountlabel" and wanted:
            wanted = draw(st.integers(0, 7)) == 0
        if child == "glaccountno":
            wanted = not any(each.tag == "accountlabel" for each in children)
        if wanted:
            children.append(draw(part(child)))
    return whole(name, children, **attributes)


def conditions():
    def simple(draw_name):
        counts = {"between": (2, 2), "isnull": (0, 0), "isnotnull": (0, 0), "in": (1, 4), "notin": (1, 4)}
        least, most = counts.get(draw_name, (1, 1))
        values = st.lists(TEXTS, min_size=least, max_size=most)
        return st.builds(
            lambda field, texts: whole(draw_name, [leaf("field", field), *(leaf("value", t) for t in texts)]),
            FIELDS,
            values,
        )

    return st.recursive(
        st.sampled_from(OPERATORS).flatmap(simple),
        lambda inner: st.builds(
            whole, st.sampled_from(["and", "or"]), st.lists(inner, min_size=2, max_size=3)
        ),
        max_leaves=6,
    )


@st.composite
def query(draw):
    words = st.sampled_from(["field", "field", "field", "count", "sum", "avg", "min", "max"])
    select = whole("select", [leaf(draw(words), draw(FIELDS)) for _ in range(draw(st.integers(1, 3)))])
    children = [leaf("object", draw(st.sampled_from(KINDS) | TEXTS)), select]
    if draw(st.booleans()):
        children.append(whole("filter", [draw(conditions())]))
    if draw(st.booleans()):
        order = whole("order", [leaf("field", draw(FIELDS)), etree.Element("descending")])
        children.append(whole("orderby", [order]))
    for name in ("docparid", "pagesize", "offset"):
        if draw(st.integers(0, 3)) == 0:
            children.append(leaf(name, draw(TEXTS)))
    return whole("query", children)


@st.composite
def get_list(draw):
    def expression():
        operator = draw(st.sampled_from(["=", "!=", "<", "<=", ">", ">=", "like"]) | TEXTS)
        return whole(
            "expression", [leaf("field", draw(TEXTS)), leaf("operator", operator), leaf("value", draw(TEXTS))]
        )

    children = []
    if draw(st.booleans()):
        either = whole("logical", [expression(), expression()], logical_operator="or")
        children.append(whole("filter", [draw(st.sampled_from([either, expression()]))]))
    if draw(st.booleans()):
        field = leaf("sortfield", draw(TEXTS))
        field.set("order", "desc")
        children.append(whole("sorts", [field]))
    if draw(st.booleans()):
        children.append(whole("fields", [leaf("field", draw(TEXTS))]))
    listed = draw(st.sampled_from(["customer", "icitem", "invoice", "sotransaction", "arterm", "project"]))
    return whole("get_list", children, object=listed, start=draw(TEXTS), maxitems=draw(TEXTS))


@st.composite
def master(draw, verb):
    def record():
        names = draw(st.lists(st.sampled_from(MASTER_FIELDS), max_size=5, unique=True))
        inside = [leaf(name, draw(TEXTS)) for name in names]
        if draw(st.integers(0, 3)) == 0:
            inside.append(whole("DISPLAYCONTACT", [leaf("PRINTAS", draw(TEXTS))]))
        return whole(draw(st.sampled_from(KINDS)), inside)

    return whole(verb, [record() for _ in range(draw(st.integers(1, 2)))])


@st.composite
def legacy_master(draw, name):
    verb, word = name.split("_")
    key = {"class": "classid", "project": "projectid", "contact": "contactname"}.get(word, f"{word}id")
    attribute = "key" if word in ("class", "project") else key
    names = draw(st.lists(st.sampled_from(LEGACY_FIELDS), max_size=4, unique=True))
    inside = [] if verb == "delete" else [draw(part(each)) for each in names]
    if verb == "create":
        return whole(name, [leaf(key, draw(TEXTS)), *inside])
    return whole(name, inside, **{attribute: draw(TEXTS)})


@st.composite
def simple(draw, name, *leaves, **attributes):
    """A function of leaves in any number, and of attributes with any text."""
    chosen = [each for each in leaves if draw(st.integers(0, 3))]
    return whole(
        name, [leaf(each, draw(TEXTS)) for each in chosen], **{each: draw(TEXTS) for each in attributes}
    )


def function(name):
    """Requests of one function."""
    found = {
        "query": query(),
        "get_list": get_list(),
        "create": master("create"),
        "update": master("update"),
        "delete": simple(name, "object", "keys"),
        "lookup": simple(name, "object"),
        "inspect": simple(name, "object", detail=""),
        "getUserPermissions": simple(name, "userId"),
        "getAPISession": simple(name, "locationid"),
        "readByQuery": simple(name, "object", "fields", "query", "pagesize", "docparid"),
        "readMore": simple(name, "resultId") | simple(name, "object"),
        "read": simple(name, "object", "keys", "fields"),
        "readByName": simple(name, "object", "keys", "fields"),
        "get": simple(name, object="", key=""),
        "get_invoice": simple(name, key="", externalkey=""),
        "delete_invoice": simple(name, key=""),
        "delete_sotransaction": simple(name, key=""),
    }
    if name in found:
        return found[name]
    if name == "reverse_invoice":
        return TEXTS.flatmap(lambda key: ordered(name, ORDERS[name], key=key))
    return ordered(name, ORDERS[name]) if name in ORDERS else legacy_master(name)


ANY_FUNCTION = st.sampled_from(sorted(FUNCTIONS)).flatmap(function)
CREATED = st.sampled_from(["create_sotransaction", "create_invoice", "create"]).flatmap(function)
