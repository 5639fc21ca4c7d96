"""`sageintacctsdk` of the Python index against the simulator.

It is bound to the vendor's address, which is the one thing that is replaced here; all else is its own.
"""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

from sageintacctsdk import SageIntacctSDK
from sageintacctsdk.apis.api_base import ApiBase
from sageintacctsdk.exceptions import (
    InvalidTokenError,
    NoPrivilegeError,
    WrongParamsError,
)

from tests.simulator_process import (
    COMPANY_ID,
    SENDER_ID,
    SENDER_PASSWORD,
    USER_ID,
    USER_PASSWORD,
    Simulator,
)
from tools.clients.steps import Differs, Step, contains, go_through, same

NAME = "sageintacctsdk"
DAY = {"year": "2026", "month": "11", "day": "20"}
SIGN_IN = {
    "sender_id": SENDER_ID,
    "sender_password": SENDER_PASSWORD,
    "user_id": USER_ID,
    "company_id": COMPANY_ID,
    "user_password": USER_PASSWORD,
}


@contextlib.contextmanager
def bound_to(url: str) -> Iterator[None]:
    """Every API object of the client starts out with this address instead of the vendor's."""
    original = ApiBase.__init__

    def start(self: ApiBase, *arguments: Any, **options: Any) -> None:
        original(self, *arguments, **options)
        self._ApiBase__api_url = url

    with mock.patch.object(ApiBase, "__init__", start):
        yield


def raised(kind: type[Exception], words: str, act: Callable[[], object]) -> str:
    """What the client raised, which must be of that kind and hold these words."""
    try:
        found = act()
    except Exception as problem:
        if type(problem) is not kind:
            raise
        contains(problem.response, words)  # type: ignore[attr-defined]  # every error of the SDK has it
        return f"{kind.__name__}, {words!r}"
    raise Differs(f"nothing was raised: {found!r}")


def document(**changes: Any) -> dict[str, Any]:
    """An Order Entry transaction in the order of the schema."""
    return {
        "transactiontype": "Sales Invoice",
        "datecreated": DAY,
        "customerid": "C-00001",
        "documentno": "PY-1",
        "termname": "Net 30",
        "state": "Pending",
        "sotransitems": {
            "sotransitem": [
                {"itemid": "DETAIL-FULL", "quantity": "2", "unit": "Each", "price": "92.50"}
                | {"locationid": "EBU", "departmentid": "200", "memo": "Zoë & Söhne <VIN>"},
                {"itemid": "PAINT-REP", "quantity": "1", "unit": "Each", "price": "240.5"}
                | {"locationid": "EBU", "departmentid": "100"},
            ]
        },
    } | changes


def invoice(**changes: Any) -> dict[str, Any]:
    """An AR invoice in the order of the schema."""
    return {
        "customerid": "C-00001",
        "datecreated": DAY,
        "termname": "Net 30",
        "invoiceno": "PY-AR-1",
        "description": "Detail & paint",
        "invoiceitems": {
            "lineitem": [
                {"glaccountno": "4010", "amount": "185.00", "locationid": "EBU", "departmentid": "200"},
                {"accountlabel": "Paint repair", "amount": "240.50", "locationid": "EBU"}
                | {"departmentid": "100"},
            ]
        },
    } | changes


class Journey:
    """One sign-in and what is done with it."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self.sdk: Any = None
        self.invoice_key = ""

    def sign_in(self) -> str:
        self.sdk = SageIntacctSDK(**SIGN_IN, show_private=True)
        same(self.simulator.state()["sessions"], 1)
        return "one session"

    def count(self) -> str:
        active = self.simulator.state()["customers"]["active"]
        same(self.sdk.customers.count(), active)
        return f"{active} active customers"

    def page(self) -> str:
        pages = list(
            self.sdk.customers.get_all_generator(
                fields=["RECORDNO", "CUSTOMERID", "NAME", "DISPLAYCONTACT.EMAIL1"],
                order_by_field="RECORDNO",
                order="ascending",
            )
        )
        ids = [each["CUSTOMERID"] for page in pages for each in page]
        same((len(ids), len(set(ids))), (4600, 4600))
        return f"{len(pages)} pages, {len(ids)} customers, each once"

    def default_fields(self) -> str:
        counts = {}
        for name, table in (
            ("items", self.sdk.items),
            ("employees", self.sdk.employees),
            ("departments", self.sdk.departments),
            ("locations", self.sdk.locations),
            ("entities", self.sdk.location_entities),
        ):
            counts[name] = len(table.get_all())
            same(counts[name], self.simulator.state()[name]["total"])
        return ", ".join(f"{count} {name}" for name, count in counts.items())

    def read_one(self) -> str:
        found = self.sdk.customers.get("CUSTOMERID", "C-00007")
        same((found["@totalcount"], found["@resultId"]), ("1", ""))
        (customer,) = found["customer"] if isinstance(found["customer"], list) else [found["customer"]]
        same(customer["NAME"], 'Bob "The Dent" Miller Autos')
        return f"{customer['CUSTOMERID']} {customer['NAME']}"

    def filtered(self) -> str:
        found = self.sdk.employees.get_by_query(
            fields=["EMPLOYEEID", "CONTACT.LASTNAME", "LOCATIONID"],
            and_filter=[("equalto", "LOCATIONID", "EBU"), ("equalto", "STATUS", "active")],
        )
        same({each["LOCATIONID"] for each in found}, {"EBU"})
        return f"{len(found)} active employees at EBU"

    def look_up(self) -> str:
        fields = self.sdk.customers.get_lookup()["Type"]["Fields"]["Field"]
        names = {each["ID"] for each in fields}
        same({"CUSTOMERID", "RP_REGION"} <= names, True)
        return f"{len(names)} fields of CUSTOMER, RP_REGION among them"

    def order_entry(self) -> str:
        key = self.sdk.order_entry_transactions.post(document())["key"]
        same(key, "Sales Invoice-PY-1")
        found = self.sdk.order_entry_transactions.get("DOCNO", "PY-1")["sodocument"]
        found = found[0] if isinstance(found, list) else found
        same((found["DOCID"], found["CUSTVENDID"], found["TOTAL"]), (key, "C-00001", "425.5"))
        (kept,) = self.simulator.documents()
        same(kept["lines"][0]["memo"], "Zoë & Söhne <VIN>")
        return f"{key}, total {found['TOTAL']} read back"

    def receivable(self) -> str:
        self.invoice_key = self.sdk.ar_invoices.post(invoice())["key"]
        (found,) = self.sdk.ar_invoices.get_all(field="RECORDID", value="PY-AR-1")
        same((found["RECORDNO"], found["TOTALENTERED"]), (self.invoice_key, "425.5"))
        same((found["STATE"], found["DESCRIPTION"]), ("Posted", "Detail & paint"))
        lines = self.sdk.ar_invoice_items.get_by_query(
            and_filter=[("equalto", "RECORDKEY", self.invoice_key)]
        )
        same([each["ACCOUNTNO"] for each in lines], ["4010", "4020"])
        return f"invoice {self.invoice_key}, total {found['TOTALENTERED']}, {len(lines)} lines read back"

    def master_data(self) -> str:
        customer = {"CUSTOMERID": "PY-C1", "NAME": "Zoë & Söhne", "TERMNAME": "Net 30"}
        made = self.sdk.customers.post(customer)["data"]["customer"]
        same(made["CUSTOMERID"], "PY-C1")
        self.sdk.customers.update({"RECORDNO": made["RECORDNO"], "TERMNAME": "Net 15"})
        (found,) = self.sdk.customers.get_by_query(
            fields=["NAME", "TERMNAME"], and_filter=[("equalto", "CUSTOMERID", "PY-C1")]
        )
        same((found["NAME"], found["TERMNAME"]), ("Zoë & Söhne", "Net 15"))
        self.sdk.customers.delete(made["RECORDNO"])
        return f"customer {made['RECORDNO']} made, changed and deleted"

    def customer_taken(self) -> str:
        post, words = (
            self.sdk.customers.post,
            "Another Customer with the given value(s) C-00001  already exists",
        )
        return raised(WrongParamsError, words, lambda: post({"CUSTOMERID": "C-00001", "NAME": "Again"}))

    def repeated_number(self) -> str:
        return raised(
            WrongParamsError,
            "PY-1  already exists",
            lambda: self.sdk.order_entry_transactions.post(document()),
        )

    def unknown_customer(self) -> str:
        post, words = self.sdk.ar_invoices.post, "Customer 'C-99999' specified is not valid."
        return raised(WrongParamsError, words, lambda: post(invoice(customerid="C-99999")))

    def unknown_field(self) -> str:
        get = self.sdk.customers.get_by_query
        words = "The following fields cannot be queried: NOT_A_FIELD"
        return raised(WrongParamsError, words, lambda: get(fields=["NOT_A_FIELD"]))

    def schema_error(self) -> str:
        backwards = dict(reversed(invoice().items()))
        return raised(WrongParamsError, "XL03000003", lambda: self.sdk.ar_invoices.post(backwards))

    def no_permission(self) -> str:
        self.simulator.tell(permissions={"PROJECT": []})
        words = "You do not have permission for API operation"
        return raised(NoPrivilegeError, words, self.sdk.projects.count)

    def wrong_sender(self) -> str:
        words = "Incorrect Intacct XML Partner ID or password."
        return raised(
            WrongParamsError, words, lambda: SageIntacctSDK(**SIGN_IN | {"sender_password": "wrong"})
        )

    def wrong_user(self) -> str:
        words = "Sign-in information is incorrect"
        return raised(
            InvalidTokenError, words, lambda: SageIntacctSDK(**SIGN_IN | {"user_password": "wrong"})
        )

    def expired(self) -> str:
        self.simulator.tell(expire_sessions=True)
        return raised(InvalidTokenError, "Sign-in information is incorrect", self.sdk.customers.count)


def steps(simulator: Simulator) -> Iterator[Step]:
    """Take all steps; a failed one is told and the others go on."""
    journey = Journey(simulator)
    with bound_to(simulator.url):
        yield from go_through(
            NAME,
            (
                ("sign in", journey.sign_in),
                ("count", journey.count),
                ("page through customers", journey.page),
                ("read lists with its default fields", journey.default_fields),
                ("read one customer", journey.read_one),
                ("filter employees", journey.filtered),
                ("look up fields", journey.look_up),
                ("create an Order Entry transaction", journey.order_entry),
                ("create an AR invoice", journey.receivable),
                ("create, change and delete a customer", journey.master_data),
                ("customer id taken", journey.customer_taken),
                ("repeated number", journey.repeated_number),
                ("unknown customer", journey.unknown_customer),
                ("unknown field", journey.unknown_field),
                ("schema error", journey.schema_error),
                ("no permission", journey.no_permission),
                ("wrong sender", journey.wrong_sender),
                ("wrong user", journey.wrong_user),
                ("expired session", journey.expired),
            ),
        )
