"""Documents as the legacy readers write them, their lines inside them.

There is no total element in an Order Entry document: who wants the total sums the lines.
"""

from .company import ORDER_ENTRY, RECEIVABLE, Company
from .kinds import Kind
from .markup import escape
from .tables import Row


def _leaf(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>"


def _date(name: str, text: str) -> str:
    """A MM/DD/YYYY date as year, month and day; all empty for an empty one."""
    inside = _leaf("year", text[6:]) + _leaf("month", text[:2]) + _leaf("day", text[3:5])
    return f"<{name}>{inside}</{name}>"


def _contact(name: str, contact_name: str) -> str:
    return f"<{name}>{_leaf('contactname', contact_name)}</{name}>"


def _custom(company: Company, kind: Kind, record: dict[str, str]) -> str:
    """The custom fields that the company has."""
    fields = "".join(
        f"<customfield>{_leaf('customfieldname', name)}{_leaf('customfieldvalue', record[name])}"
        "</customfield>"
        for name in kind.custom
        if company.has_field(kind.name, name)
    )
    return f"<customfields>{fields}</customfields>" if fields else ""


def _record(name: str, parts: dict[str, str], wanted: tuple[str, ...] | None) -> str:
    kept = (text for part, text in parts.items() if wanted is None or part in wanted)
    return f"<{name}>{''.join(kept)}</{name}>"


DOCUMENT_LINE = (
    ("recordno", "RECORDNO"),
    ("dochdrno", "DOCHDRNO"),
    ("docid", "DOCHDRID"),
    ("itemid", "ITEMID"),
    ("itemdesc", "ITEMDESC"),
    ("line_no", "LINE_NO"),
    ("quantity", "QUANTITY"),
    ("unit", "UNIT"),
    ("price", "PRICE"),
    ("totalamount", "TOTAL"),
    ("locationid", "LOCATIONID"),
    ("departmentid", "DEPARTMENTID"),
    ("memo", "MEMO"),
)


def legacy_document(company: Company, row: Row, wanted: tuple[str, ...] | None) -> str:
    """An Order Entry document as get_list sotransaction writes it."""
    document = company.table(ORDER_ENTRY.header.name).record(row)
    table = company.table(ORDER_ENTRY.line.name)
    lines = "".join(
        f"<sotransitem>{''.join(_leaf(each, line[field]) for each, field in DOCUMENT_LINE)}"
        f"{_custom(company, ORDER_ENTRY.line, line)}</sotransitem>"
        for line in map(table.record, company.lines_of(ORDER_ENTRY, row))
    )
    parts = {
        "key": _leaf("key", document["DOCID"]),
        "transactiontype": _leaf("transactiontype", document["DOCPARID"]),
        "transactionid": _leaf("transactionid", document["DOCID"]),
        "documentnumber": _leaf("documentnumber", document["DOCNO"]),
        "datecreated": _date("datecreated", document["WHENCREATED"]),
        "createdfrom": _leaf("createdfrom", document["CREATEDFROM"]),
        "customerid": _leaf("customerid", document["CUSTVENDID"]),
        "referenceno": _leaf("referenceno", document["PONUMBER"]),
        "termname": _leaf("termname", document["TERM.NAME"]),
        "datedue": _date("datedue", document["WHENDUE"]),
        "message": _leaf("message", document["MESSAGE"]),
        "shippingmethod": _leaf("shippingmethod", document["SHIPVIA"]),
        "shipto": _contact("shipto", document["SHIPTO.CONTACTNAME"]),
        "billto": _contact("billto", document["BILLTO.CONTACTNAME"]),
        "supdocid": _leaf("supdocid", document["SUPDOCID"]),
        "transactionstate": _leaf("transactionstate", document["STATE"]),
        "whenmodified": _leaf("whenmodified", document["WHENMODIFIED"]),
        "currency": _leaf("currency", document["CURRENCY"]),
        "customfields": _custom(company, ORDER_ENTRY.header, document),
        "sotransitems": f"<sotransitems>{lines}</sotransitems>",
    }
    return _record("sotransaction", parts, wanted)


INVOICE_LINE = (
    ("line_num", "LINE_NO"),
    ("accountlabel", "ACCOUNTLABEL"),
    ("glaccountno", "ACCOUNTNO"),
    ("offsetglaccountno", "OFFSETGLACCOUNTNO"),
    ("amount", "AMOUNT"),
    ("memo", "ENTRYDESCRIPTION"),
    ("locationid", "LOCATIONID"),
    ("departmentid", "DEPARTMENTID"),
    ("key", "RECORDNO"),
    ("trx_amount", "TRX_AMOUNT"),
    ("currency", "CURRENCY"),
)


def legacy_invoice(company: Company, row: Row, wanted: tuple[str, ...] | None) -> str:
    """An AR invoice as get_invoice and get_list invoice write it: without custom fields, by its DTD."""
    invoice = company.table(RECEIVABLE.header.name).record(row)
    table = company.table(RECEIVABLE.line.name)
    lines = "".join(
        f"<lineitem>{''.join(_leaf(each, line[field]) for each, field in INVOICE_LINE)}</lineitem>"
        for line in map(table.record, company.lines_of(RECEIVABLE, row))
    )
    parts = {
        "key": _leaf("key", invoice["RECORDNO"]),
        "customerid": _leaf("customerid", invoice["CUSTOMERID"]),
        "datecreated": _date("datecreated", invoice["WHENCREATED"]),
        "dateposted": _date("dateposted", invoice["WHENPOSTED"]),
        "datedue": _date("datedue", invoice["WHENDUE"]),
        "datepaid": _date("datepaid", invoice["WHENPAID"]),
        "termname": _leaf("termname", invoice["TERMNAME"]),
        "batchkey": _leaf("batchkey", invoice["PRBATCH"]),
        "invoiceno": _leaf("invoiceno", invoice["RECORDID"]),
        "ponumber": _leaf("ponumber", invoice["DOCNUMBER"]),
        "totalamount": _leaf("totalamount", invoice["TOTALENTERED"]),
        "totalpaid": _leaf("totalpaid", invoice["TOTALPAID"]),
        "totaldue": _leaf("totaldue", invoice["TOTALDUE"]),
        "description": _leaf("description", invoice["DESCRIPTION"]),
        "trx_totalamount": _leaf("trx_totalamount", invoice["TRX_TOTALENTERED"]),
        "trx_totalpaid": _leaf("trx_totalpaid", invoice["TRX_TOTALPAID"]),
        "trx_totaldue": _leaf("trx_totaldue", invoice["TRX_TOTALDUE"]),
        "basecurr": _leaf("basecurr", invoice["BASECURR"]),
        "currency": _leaf("currency", invoice["CURRENCY"]),
        "billto": _contact("billto", invoice["BILLTO.CONTACTNAME"]),
        "shipto": _contact("shipto", invoice["SHIPTO.CONTACTNAME"]),
        "whenmodified": _leaf("whenmodified", invoice["WHENMODIFIED"]),
        "state": _leaf("state", invoice["STATE"]),
        "supdocid": _leaf("supdocid", invoice["SUPDOCID"]),
        "invoiceitems": f"<invoiceitems>{lines}</invoiceitems>",
    }
    return _record("invoice", parts, wanted)
