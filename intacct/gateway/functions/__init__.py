"""One object per API function, in a short file of its kind; each writes its own XML."""

from intacct.gateway.functions.base import Function
from intacct.gateway.functions.filters import (
    Filter,
    all_of,
    any_of,
    at_least,
    equal,
    one_of,
)
from intacct.gateway.functions.get_api_session import GetApiSession
from intacct.gateway.functions.get_list import GetList
from intacct.gateway.functions.inspect import Inspect
from intacct.gateway.functions.invoice import CreateInvoice, InvoiceLine
from intacct.gateway.functions.lookup import Lookup
from intacct.gateway.functions.query import Query
from intacct.gateway.functions.read_by_query import ReadByQuery, ReadMore
from intacct.gateway.functions.reverse_invoice import ReverseInvoice
from intacct.gateway.functions.sales_transaction import CreateSalesTransaction, SalesLine

__all__ = [
    "CreateInvoice",
    "CreateSalesTransaction",
    "Filter",
    "Function",
    "GetApiSession",
    "GetList",
    "Inspect",
    "InvoiceLine",
    "Lookup",
    "Query",
    "ReadByQuery",
    "ReadMore",
    "ReverseInvoice",
    "SalesLine",
    "all_of",
    "any_of",
    "at_least",
    "equal",
    "one_of",
]
