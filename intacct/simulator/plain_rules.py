"""Structure checks of our own, for where the published schemas are absent: less, but the same spirit.

Each answers (number, line, sentence) like libxml2, with its number for a content that doesn't fit.
"""

import re
from typing import Any

from lxml import etree

NUMBER = {"2.1": 504, "3.0": 1871}
CONTROL = "senderid password controlid uniqueid? dtdversion? policyid? debug? validate? includewhitespace?"
LOGIN = "userid companyid password clientid? locationid?"
LEGACY = {"getAPISession", "get_list", "get", "get_invoice", "getUserPermissions"}
LEGACY |= {"create_sotransaction", "delete_sotransaction", "create_invoice", "reverse_invoice"}
LEGACY |= {"delete_invoice", "update_invoice", "update_sotransaction"}
LEGACY |= {
    f"{verb}_{word}"
    for verb in ("create", "update", "delete")
    for word in "customer item employee location department class project contact".split()
}
GENERIC = {"query", "lookup", "inspect", "read", "readByName", "readByQuery", "readMore"}
GENERIC |= {"create", "update", "delete"}
LEGACY_OBJECTS = (
    "customer icitem employee location locationentity department invoice sotransaction contact arterm "
    "araccountlabel glaccount artransactiondef sotransactiondef company_info project class territory "
    "supdoc uom"
).split()
ORDERS = {
    "get_list": "filter? sorts? fields? additional_parameters?",
    "create_sotransaction": (
        "transactiontype datecreated dateposted? createdfrom? customerid documentno? origdocdate? "
        "referenceno? termname? datedue? message? shippingmethod? shipto? billto? supdocid? "
        "externalid? basecurr? currency? exchratedate? exchratetype? exchrate? vsoepricelist? "
        "customfields? state? projectid? sotransitems subtotals?"
    ),
    "sotransitem": (
        "bundlenumber? itemid itemdesc? taxable? warehouseid? quantity unit? "
        "linelevelsimpletaxtype? discountpercent? price? sourcelinekey? discsurchargememo? "
        "locationid? departmentid? memo? itemdetails? customfields? revrectemplate? "
        "revrecstartdate? revrecenddate? renewalmacro? projectid? customerid? vendorid? employeeid? "
        "classid? contractid? fulfillmentstatus? taskno? billingtemplate? dropship? shipto?"
    ),
    "create_invoice": (
        "customerid datecreated dateposted? datedue? termname? batchkey? action? invoiceno? ponumber? "
        "description? externalid? billto? shipto? basecurr? currency? exchratedate? exchratetype? "
        "exchrate? nogl? supdocid? customfields? invoiceitems"
    ),
    "lineitem": (
        "accountlabel? glaccountno? offsetglaccountno? amount allocationid? memo? locationid? "
        "departmentid? item1099? form1099type? form1099box? key? totalpaid? totaldue? customfields? "
        "revrectemplate? defrevaccount? revrecstartdate? revrecenddate? projectid? customerid? vendorid? "
        "employeeid? itemid? classid? contractid? warehouseid? billable?"
    ),
    "reverse_invoice": "datereversed description?",
    "update_invoice": (
        "customerid? datecreated? dateposted? datedue? termname? action? invoiceno? ponumber? description? "
        "payto? returnto? currency? exchratedate? exchratetype? exchrate? supdocid? customfields? "
        "updateinvoiceitems?"
    ),
    "update_sotransaction": (
        "datecreated? dateposted? referenceno? termname? datedue? origdocdate? message? shippingmethod? "
        "shipto? billto? supdocid? externalid? basecurr? currency? exchratedate? exchratetype? exchrate? "
        "vsoepricelist? customfields? state? projectid? updatesotransitems? updatesubtotals?"
    ),
    "expression": "field operator value",
    **dict.fromkeys(("datecreated", "dateposted", "datedue", "datereversed"), "year month day"),
}


def _fits(element: etree._Element, order: str) -> bool:
    pattern = "".join(
        f"(?:{re.escape(word.rstrip('?'))} ){'?' if word.endswith('?') else ''}" for word in order.split()
    )
    return re.fullmatch(pattern, "".join(f"{child.tag} " for child in element)) is not None


def errors(root: etree._Element, version: str) -> list[tuple[int, int, str]]:
    """What breaks the plain rules of `version`; empty when nothing does."""
    found: list[tuple[int, int, str]] = []

    def complain(element: etree._Element, sentence: str) -> None:
        line: Any = element.sourceline
        found.append((NUMBER[version], line or 1, sentence))

    def ordered(element: etree._Element, order: str) -> None:
        if not _fits(element, order):
            complain(element, f"Element '{element.tag}': its children must be ( {order} )")

    block = root.find("control")
    if root.tag != "request" or block is None or root.find("operation") is None:
        complain(root, "Element 'request': expected is ( control , operation+ )")
        return found
    control = CONTROL if version == "2.1" else CONTROL.replace("validate? ", "")
    ordered(block, control)
    known = LEGACY if version == "2.1" else LEGACY | GENERIC
    for operation in root.iterfind("operation"):
        if operation.get("transaction", "false") not in ("true", "false"):
            complain(operation, "Attribute 'transaction' must be true or false")
        if operation.find("authentication") is None:
            complain(operation, "Element 'operation': missing child ( authentication )")
        for login in operation.iterfind("authentication/login"):
            ordered(login, LOGIN)
        for function in operation.iterfind("content/function"):
            if function.get("controlid") is None:
                complain(function, "Element 'function': the attribute 'controlid' is required")
            if len(function) != 1 or function[0].tag not in known:
                names = [str(child.tag) for child in function]
                complain(function, f"Element 'function': {names} is not expected")
        for name, order in ORDERS.items():
            for element in operation.iter(name):
                ordered(element, order)
        for listing in operation.iter("get_list"):
            if listing.get("object") not in LEGACY_OBJECTS:
                complain(
                    listing,
                    f'Value "{listing.get("object")}" for attribute object of get_list is not '
                    "among the enumerated set",
                )
    return found
