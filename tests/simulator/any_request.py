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
# What gets a request far enough to do harm, by the name of the element or attribute
SOUND = {
    "transactiontype": ["Sales Invoice", "Credit Memo"],
    "customerid": ["C-00001", "C-00007"],
    "termname": ["Net 30", "EOM"],
    "itemid": ["DETAIL-FULL", "PAINT-REP"],
    "locationid": ["EBU"],
    "departmentid": ["200"],
    "employeeid": ["E-00148"],
    "classid": ["UT01"],
    "projectid": ["P-1"],
    "glaccountno": ["4010"],
    "accountlabel": ["Detailing"],
    "contactname": ["Lot B", "Nobody"],
    "customfieldname": ["RP_VIN", "RP_REGION"],
    "quantity": ["1"],
    "price": ["9.99"],
    "amount": ["185.00"],
    "total": ["10"],
    "discountpercent": ["5"],
    "unit": ["Each"],
    "documentno": ["RP-1"],
    "invoiceno": ["RP-1"],
    "createdfrom": ["Sales Invoice-RP-1", ""],
    "action": ["Draft", "Submit"],
    "currency": ["USD"],
    "basecurr": ["USD"],
    "year": ["2026"],
    "month": ["11"],
    "day": ["20"],
    "object": ["CUSTOMER", "ITEM", "SODOCUMENT", "ARINVOICE", "ARINVOICEITEM", "EMPLOYEE", "ARTERM"],
    "keys": ["81,82", "8001", "11", "C-00001", "DETAIL-FULL"],
    "key": ["8001", "Sales Invoice-RP-1", "UT01"],
    "fields": ["*", "RECORDNO", "RECORDNO,STATUS"],
    "query": ["", "RECORDNO > 5", "STATUS = 'T'", "RECORDNO in (81, 82) OR NOT RECORDNO <= 90"],
    "pagesize": ["1", "100"],
    "offset": ["0", "5"],
    "start": ["0", "5"],
    "maxitems": ["1", "100"],
    "docparid": ["", "Sales Invoice"],
    "userId": ["recon_ws"],
    "detail": ["0", "1"],
    "sortfield": ["recordno", "whenmodified", "name"],
    "operator": ["=", "!=", "<", "<=", ">", ">=", "like"],
    "name": ["New & Sons"],
    "title": ["New"],
    "itemtype": ["Non-Inventory"],
    "status": ["active", "inactive"],
    "parentid": ["C-00001", "200", "EBU", ""],
    "creditlimit": ["100.5"],
    "base_price": ["12.5"],
    "projectcategory": ["Contract"],
}
RECORDS = {  # a sound record of each kind, for create and update
    "CUSTOMER": {"CUSTOMERID": "C-00001", "NAME": "New & Sons", "TERMNAME": "Net 30", "CREDITLIMIT": "5"},
    "ITEM": {"ITEMID": "WASH", "NAME": "Wash", "ITEMTYPE": "Inventory", "BASEPRICE": "9.99"},
    "EMPLOYEE": {"EMPLOYEEID": "E-00148", "LOCATIONID": "EBU", "STARTDATE": "11/20/2026"},
    "DEPARTMENT": {"DEPARTMENTID": "200", "TITLE": "Detail", "PARENTID": "100", "RECORDNO": "2"},
    "LOCATION": {"LOCATIONID": "EBU-NEW", "NAME": "New", "PARENTID": "EBU"},
    "ARTERM": {"NAME": "Net 45", "DUEDATE": "45"},
    "CONTACT": {"CONTACTNAME": "Lot B", "PRINTAS": "Lot B", "EMAIL1": "b@lot.example"},
    "CLASS": {"CLASSID": "UT01", "NAME": "Unit"},
    "BADOBJECT": {"NAME": "x"},
}
LEGACY_MASTERS = {  # children in the order of the schemas
    "customer": "name parentid? termname? custtype? creditlimit? status? billto? shipto? customfields?",
    "item": "name itemtype status? taxable? base_price? glgroup? customfields?",
    "employee": "title? locationid? departmentid? startdate? status? personalinfo",
    "department": "title parentid? status?",
    "location": "name parentid? startdate? status?",
    "class": "name parentid? status?",
    "project": "name projectcategory customerid? status?",
    "contact": "printas companyname? phone1? email1? mailaddress?",
}
DAYS = ("datecreated", "dateposted", "datedue", "datereversed", "origdocdate", "exchratedate", "startdate")
LINES = {"sotransitems": "sotransitem", "invoiceitems": "lineitem"}
LEGACY_CREATORS = ("create_invoice", "create_sotransaction")
OPERATORS = (
    "equalto notequalto lessthan lessthanorequalto greaterthan greaterthanorequalto like notlike between in "
    "notin isnull isnotnull"
).split()


def leaf(name, text):
    element = etree.Element(name)
    element.text = text
    return element


def whole(name, children, **attributes):
    element = etree.Element(name, attributes)
    element.extend(children)
    return element


@st.composite
def mostly(draw, values):
    """One of these more often than not, else anything."""
    return draw(TEXTS) if draw(st.integers(0, 7)) == 7 else draw(st.sampled_from(values))


FIELDS = mostly(["RECORDNO", "STATUS", "WHENMODIFIED", "CREDITLIMIT", "TOTAL", "NAME"])
VALUES = mostly(["81", "active", "11/20/2026", "25000", "C-00001", "S%"])


def text_for(name):
    return mostly(SOUND[name]) if name in SOUND else TEXTS


@st.composite
def part(draw, name):
    """One element of a legacy function, with what stands inside it."""
    if name in DAYS:
        return whole(name, [leaf(each, draw(text_for(each))) for each in ("year", "month", "day")])
    if name in LINES:
        lines = draw(st.lists(st.just(LINES[name]), min_size=1, max_size=3))
        return whole(name, [draw(ordered(line, ORDERS[line])) for line in lines])
    if name == "mailaddress":
        return whole(name, [leaf("city", draw(TEXTS))])
    if name in ("billto", "shipto", "payto", "returnto", "personalinfo"):
        if draw(st.booleans()):
            return whole(name, [leaf("contactname", draw(text_for("contactname")))])
        inside = [leaf(each, draw(text_for(each))) for each in ("contactname", "printas", "email1")]
        return whole(name, [whole("contact", [*inside, draw(part("mailaddress"))])])
    if name == "customfields":
        pair = [leaf(each, draw(text_for(each))) for each in ("customfieldname", "customfieldvalue")]
        return whole(name, [whole("customfield", pair)])
    if name == "subtotals":
        inside = [leaf("description", draw(TEXTS)), leaf("total", draw(text_for("total")))]
        return whole(name, [whole("subtotal", inside)])
    return leaf(name, draw(text_for(name)))


@st.composite
def ordered(draw, name, order, **attributes):
    """An element with its children in the schema's order, the optional ones now and then."""
    children = []
    for word in order.split():
        child = word.rstrip("?")
        wanted = not word.endswith("?") or draw(st.integers(0, 3 if child in SOUND else 9)) == 3
        if child in ("locationid", "termname") and name in ("lineitem", "sotransitem", *LEGACY_CREATORS):
            wanted = draw(st.integers(0, 7)) < 7
        if child in ("exchratedate", "exchratetype", "exchrate", "basecurr", "currency"):
            wanted = False
        if child == "glaccountno":
            wanted = not any(each.tag == "accountlabel" for each in children)
        if wanted:
            children.append(draw(part(child)))
    return whole(name, children, **attributes)


def conditions():
    def simple(draw_name):
        counts = {"between": (2, 2), "isnull": (0, 0), "isnotnull": (0, 0), "in": (1, 4), "notin": (1, 4)}
        least, most = counts.get(draw_name, (1, 1))
        values = st.lists(VALUES, min_size=least, max_size=most)
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
    children = [leaf("object", draw(text_for("object"))), select]
    if draw(st.booleans()):
        children.append(whole("filter", [draw(conditions())]))
    if draw(st.booleans()):
        order = whole("order", [leaf("field", draw(FIELDS)), etree.Element("descending")])
        children.append(whole("orderby", [order]))
    for name in ("docparid", "pagesize", "offset"):
        if draw(st.integers(0, 3)) == 0:
            children.append(leaf(name, draw(text_for(name))))
    return whole("query", children)


@st.composite
def get_list(draw):
    def expression():
        field = leaf("field", draw(text_for("sortfield")))
        inside = [field, leaf("operator", draw(text_for("operator"))), leaf("value", draw(VALUES))]
        return whole("expression", inside)

    children = []
    if draw(st.booleans()):
        either = whole("logical", [expression(), expression()], logical_operator="or")
        children.append(whole("filter", [draw(st.sampled_from([either, expression()]))]))
    if draw(st.booleans()):
        field = leaf("sortfield", draw(text_for("sortfield")))
        field.set("order", "desc")
        children.append(whole("sorts", [field]))
    if draw(st.booleans()):
        children.append(whole("fields", [leaf("field", draw(TEXTS))]))
    listed = draw(st.sampled_from(["customer", "icitem", "invoice", "sotransaction", "arterm", "project"]))
    limits = {each: draw(text_for(each)) for each in ("start", "maxitems")}
    return whole("get_list", children, object=listed, **limits)


@st.composite
def master(draw, verb):
    def record():
        kind = draw(st.sampled_from(sorted(RECORDS)))
        inside = []
        for name, sound in RECORDS[kind].items():
            if draw(st.integers(0, 5)) < 5:
                inside.append(leaf(name, draw(mostly([sound, sound, f"{sound}-2"]))))
        if draw(st.integers(0, 3)) == 0:
            more = draw(st.sampled_from(["RP_REGION", "WHENMODIFIED", "RECORDNO", "X"]))
            inside.append(leaf(more, draw(TEXTS)))
        if kind in ("CUSTOMER", "EMPLOYEE") and draw(st.booleans()):
            place = draw(st.sampled_from(["DISPLAYCONTACT", "BILLTO", "PERSONALINFO"]))
            name = draw(st.sampled_from(["CONTACTNAME", "PRINTAS"]))
            inside.append(whole(place, [leaf(name, draw(text_for("contactname")))]))
        return whole(kind, inside)

    return whole(verb, [record() for _ in range(draw(st.integers(1, 2)))])


@st.composite
def legacy_master(draw, name):
    verb, word = name.split("_")
    key = {"contact": "contactname"}.get(word, f"{word}id")
    attribute = "key" if word in ("class", "project") else key
    own_id = draw(mostly([*SOUND[key], *(["NEW-1"] * 5 if verb == "create" else [])]))
    order = LEGACY_MASTERS[word]
    if verb == "create":
        made = draw(ordered(name, f"{key} {order}"))
        made[0].text = own_id
        return made
    if verb == "delete":
        return whole(name, [], **{attribute: own_id})
    order = order.replace("itemtype", "").replace("projectcategory", "")
    options = {"set_nulls": "true"} if draw(st.booleans()) else {}
    return draw(ordered(name, order, **{attribute: own_id}, **options))


@st.composite
def simple(draw, name, *leaves, **attributes):
    """A function of leaves in any number, and of attributes with any text."""
    chosen = {
        each: draw(st.sampled_from(values)) if values else draw(text_for(each))
        for each, values in attributes.items()
    }
    return whole(name, [leaf(each, draw(text_for(each))) for each in leaves], **chosen)


def function(name):
    """Requests of one function."""
    found = {
        "query": query(),
        "get_list": get_list(),
        "create": master("create"),
        "update": master("update"),
        "delete": simple(name, "object", "keys"),
        "lookup": simple(name, "object"),
        "inspect": simple(name, "object", detail=["0", "1"]),
        "getUserPermissions": simple(name, "userId"),
        "getAPISession": simple(name) | simple(name, "locationid"),
        "readByQuery": simple(name, "object", "fields", "query", "pagesize"),
        "readMore": simple(name, "resultId") | simple(name, "object"),
        "read": simple(name, "object", "keys", "fields"),
        "readByName": simple(name, "object", "keys", "fields"),
        "get": simple(name, object=["customer", "icitem", "invoice", "arterm"], key=[]),
        "get_invoice": simple(name, key=[], externalkey=["true", "false"]),
        "delete_invoice": simple(name, key=[]),
        "delete_sotransaction": simple(name, key=[]),
    }
    if name in found:
        return found[name]
    if name in ("reverse_invoice", "update_invoice", "update_sotransaction"):
        return text_for("key").flatmap(lambda key: ordered(name, ORDERS[name], key=key))
    return ordered(name, ORDERS[name]) if name in ORDERS else legacy_master(name)


ANY_FUNCTION = st.sampled_from(sorted(FUNCTIONS)).flatmap(function)
CREATED = st.sampled_from(["create_sotransaction", "create_invoice", "create"]).flatmap(function)
