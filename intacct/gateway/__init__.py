"""A client for Sage Intacct's XML gateway, versions 2.1 and 3.0.

A library of its own: no Django, no global state; clock, sleep, chance and HTTP session are passed in.

    client = Client(url, credentials, Version.V3_0, address_rule=AddressRule())
    for page in client.pages(Query("CUSTOMER", ("RECORDNO", "CUSTOMERID", "NAME"))):
        ...
"""

from intacct.gateway.address import AddressRule
from intacct.gateway.client import Client
from intacct.gateway.definitions import Definition, FieldDefinition, Relationship
from intacct.gateway.documents import ArInvoices, Document, DocumentKind, SalesTransactions
from intacct.gateway.error_table import ErrorDetail
from intacct.gateway.errors import (
    AddressRefused,
    AlreadyExists,
    FieldsRefused,
    GatewayError,
    ListIncomplete,
    NetworkFault,
    OutcomeUnknown,
    PermissionRefused,
    ProtocolFault,
    RecordRefused,
    RequestRefused,
    SignInRefused,
    SubscriptionMissing,
    TemporarilyUnavailable,
    Throttled,
)
from intacct.gateway.functions import (
    CreateInvoice,
    CreateSalesTransaction,
    Filter,
    Function,
    GetApiSession,
    GetList,
    Inspect,
    InvoiceLine,
    Lookup,
    Query,
    ReadByQuery,
    ReverseInvoice,
    SalesLine,
    all_of,
    any_of,
    at_least,
    equal,
    one_of,
)
from intacct.gateway.paging import Page
from intacct.gateway.period import PeriodDocument
from intacct.gateway.records import FlatRow
from intacct.gateway.redaction import redact
from intacct.gateway.request_log import RequestRecord
from intacct.gateway.results import Result
from intacct.gateway.sessions import SignIn
from intacct.gateway.settings import Credentials, Limits
from intacct.gateway.version import Version

__all__ = [
    "AddressRefused",
    "AddressRule",
    "AlreadyExists",
    "ArInvoices",
    "Client",
    "CreateInvoice",
    "CreateSalesTransaction",
    "Credentials",
    "Definition",
    "Document",
    "DocumentKind",
    "ErrorDetail",
    "FieldDefinition",
    "FieldsRefused",
    "Filter",
    "FlatRow",
    "Function",
    "GatewayError",
    "GetApiSession",
    "GetList",
    "Inspect",
    "InvoiceLine",
    "Limits",
    "ListIncomplete",
    "Lookup",
    "NetworkFault",
    "OutcomeUnknown",
    "Page",
    "PeriodDocument",
    "PermissionRefused",
    "ProtocolFault",
    "Query",
    "ReadByQuery",
    "RecordRefused",
    "Relationship",
    "RequestRecord",
    "RequestRefused",
    "Result",
    "ReverseInvoice",
    "SalesLine",
    "SalesTransactions",
    "SignIn",
    "SignInRefused",
    "SubscriptionMissing",
    "TemporarilyUnavailable",
    "Throttled",
    "Version",
    "all_of",
    "any_of",
    "at_least",
    "equal",
    "one_of",
    "redact",
]
