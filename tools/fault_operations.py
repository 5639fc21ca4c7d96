"""What the client is asked to do while the gateway misbehaves, and what came of it.

Everything is real but time: a simulator process, HTTP, the client; its clock stands still, and its sleep only
counts. (`slow` alone makes the line itself wait, for a quarter of a second.)
"""

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import requests

from intacct.gateway import (
    AddressRule,
    ArInvoices,
    Client,
    CreateInvoice,
    CreateSalesTransaction,
    Credentials,
    Function,
    GatewayError,
    GetList,
    InvoiceLine,
    Limits,
    OutcomeUnknown,
    Query,
    ReadByQuery,
    RequestRecord,
    Result,
    ReverseInvoice,
    SalesLine,
    SalesTransactions,
    Version,
)
from intacct.gateway.deadline import DeadlineAdapter
from tools.fault_table import NOT_STRUCK, Ends, Row, Step
from tools.simulating import RunningSimulator

CREDENTIALS = Credentials("recon_sender", "sender-secret", "recon_ws", "ACME-SANDBOX", "user-secret")
CUSTOMERS = 25
PAGE = 10
FIELDS = ("RECORDNO", "CUSTOMERID", "NAME", "TERMNAME")
NUMBERS = ("W-1", "W-2")
KEPT = ("KEPT-1", "KEPT-2")
SALES = SalesTransactions("Sales Invoice")
IMPATIENCE_SECONDS = 0.25


class StillClock:
    """Time that moves only when somebody sleeps."""

    def __init__(self) -> None:
        self.slept = 0.0

    def sleep(self, seconds: float) -> None:
        self.slept += seconds

    def timer(self) -> float:
        return self.slept

    def now(self) -> datetime:
        return datetime(2026, 11, 23, 16, 0, tzinfo=UTC) + timedelta(seconds=self.slept)


class _Impatience(DeadlineAdapter):
    """Waits only shortly for its next answer to that function, if one is named."""

    impatient_for = ""

    def send(self, request: requests.PreparedRequest, *args: Any, **how: Any) -> requests.Response:
        if self.impatient_for and f"<{self.impatient_for}".encode() in (request.body or b""):
            self.impatient_for = ""
            how["timeout"] = (5, IMPATIENCE_SECONDS)
        return super().send(request, *args, **how)


class _Line(requests.Session):
    """An HTTP session on one such adapter."""

    def __init__(self) -> None:
        super().__init__()
        self.waits = _Impatience()
        self.mount("http://", self.waits)


@dataclass(frozen=True)
class Operation:
    """One thing that the client can be asked to do. `function` is where a fault strikes."""

    name: str
    version: Version
    step: Step
    function: str
    act: Callable[[Client], str]
    ledger: str = ""
    """Whose documents are counted afterwards: "documents" or "invoices"."""
    reverses: bool = False
    """It takes two invoices back, which are made before; counted is what is reversed afterwards."""
    keeps_session: bool = True

    @property
    def label(self) -> str:
        return f"{self.name} {self.version}"


class Bench:
    """A simulator, with documents in it that can be read back."""

    def __init__(self, simulator: RunningSimulator) -> None:
        self.simulator = simulator

    def prepare(self) -> None:
        """Make the documents, and see that every operation succeeds when nothing goes wrong."""
        with _Line() as line, closing(self._client(Version.V3_0, StillClock(), [], line)) as client:
            for document in (_order, _invoice):
                made = client.execute([document(number) for number in KEPT], control_ids=KEPT, unique=False)
                if not all(each.succeeded for each in made):
                    raise RuntimeError(f"The simulator refuses a sound document: {made}")
        for operation in OPERATIONS:
            ended = self._carry_out(operation, [])
            sound = "OutcomeUnknown" if operation.step is Step.AGAIN else "done"
            if ended.outcome != sound or ended.retries:
                raise RuntimeError(f"{operation.label} without any fault: {ended}")

    def ended(self, row: Row, operation: Operation) -> Ends:
        """Do the operation while the fault strikes; how it ended."""
        fault = {"kind": row.kind, "times": row.times, "function": operation.function, **row.options}
        return self._carry_out(operation, [fault], impatient=row.kind == "slow")

    def _carry_out(
        self, operation: Operation, faults: list[dict[str, Any]], *, impatient: bool = False
    ) -> Ends:
        self.simulator.tell(clear_faults=True, forget_control_ids=True)
        clock, records = StillClock(), list[RequestRecord]()
        with (
            _Line() as line,
            closing(
                self._client(operation.version, clock, records, line, keeps_session=operation.keeps_session)
            ) as client,
        ):
            if operation.step is not Step.SIGN_IN and operation.keeps_session:
                client.sign_in()
            if operation.reverses:
                self._make_invoices(client)
                records.clear()
            if operation.step is Step.AGAIN:
                self._lose_the_answer(operation, client)
                records.clear()
            self.simulator.tell(faults=faults)
            line.waits.impatient_for = operation.function if impatient else ""
            try:
                outcome = operation.act(client)
            except GatewayError as fault:
                outcome = type(fault).__name__
        failed = sum(1 for record in records if record.error_number or record.error_text)
        retries = max(0, failed - (outcome != "done"))
        if any(each["times"] > 0 for each in self.simulator.state()["faults"]):
            outcome = f"{outcome}, {NOT_STRUCK}"
        return Ends(
            outcome,
            retries=retries,
            seconds=round(clock.slept, 3),
            made=self._made(operation) if operation.ledger else None,
        )

    def _lose_the_answer(self, operation: Operation, client: Client) -> None:
        """Do it once: it is carried out, and the line breaks."""
        self.simulator.tell(faults=[{"kind": "drop_after", "function": operation.function}])
        try:
            operation.act(client)
        except OutcomeUnknown:
            return
        raise RuntimeError(f"{operation.label}: the lost answer was not noticed")

    def _make_invoices(self, client: Client) -> None:
        made = client.execute(
            [_invoice(number) for number in NUMBERS], control_ids=[f"{number} made" for number in NUMBERS]
        )
        if not all(each.succeeded for each in made):
            raise RuntimeError(f"The simulator refuses a sound invoice: {made}")

    def _made(self, operation: Operation) -> int:
        """How many of the two documents are there, or are reversed; takes them out again."""
        while self.simulator.state()["running"]:  # a slow request still does its work
            time.sleep(0.05)
        self.simulator.tell(clear_faults=True)
        reversed_ones = self._reversed() if operation.reverses else 0
        forget = f"forget_{operation.ledger}"
        there = int(self.simulator.tell(**{forget: list(NUMBERS)})[forget])
        return reversed_ones if operation.reverses else there

    def _reversed(self) -> int:
        with _Line() as line, closing(self._client(Version.V3_0, StillClock(), [], line)) as client:
            return sum(bool(each.reversed) for each in client.find_documents(NUMBERS, ArInvoices()))

    def _client(
        self,
        version: Version,
        clock: StillClock,
        records: list[RequestRecord],
        line: requests.Session,
        *,
        keeps_session: bool = True,
    ) -> Client:
        return Client(
            self.simulator.url,
            CREDENTIALS,
            version,
            address_rule=AddressRule(allow_loopback_http=True),
            http=line,
            limits=Limits(query_page_size=PAGE, list_page_size=PAGE),
            clock=clock.now,
            timer=clock.timer,
            sleep=clock.sleep,
            jitter=lambda ceiling: ceiling,
            on_request=records.append,
            keeps_session=keeps_session,
        )


# -- the operations ---------------------------------------------------------------------------------------


def _sign_in(client: Client) -> str:
    return "done" if client.sign_in().company_id == "ACME-SANDBOX" else "somewhere else"


def _read(listing: Query | ReadByQuery | GetList) -> Callable[[Client], str]:
    def read(client: Client) -> str:
        rows, totals, names = 0, set[int | None](), set[str]()
        with closing(client.pages(listing)) as pages:
            for page in pages:
                rows = len(page.records) + (0 if page.begins_again else rows)
                totals.add(page.total)
                names |= {name.upper() for record in page.records for name in record}
        if totals != {rows}:
            return "total differs"
        return "done" if {"CUSTOMERID", "NAME", "TERMNAME"} <= names else "without the field"

    return read


def _define(client: Client) -> str:
    return "done" if "CUSTOMERID" in client.definition("CUSTOMER").names else "without the field"


def _inspect(client: Client) -> str:
    found = client.definition("CUSTOMER", by="inspect")
    return "done" if "CUSTOMERID" in found.names else "without the field"


def _name_objects(client: Client) -> str:
    return "done" if "CUSTOMER" in client.object_names() else "without the object"


def _look_up(client: Client) -> str:
    return "done" if "termname" in client.lookup_fields("CUSTOMER") else "without the field"


def _check(client: Client) -> str:
    return "done" if client.check_read("CUSTOMER") == CUSTOMERS else "total differs"


def _find(kind: SalesTransactions | ArInvoices) -> Callable[[Client], str]:
    def find(client: Client) -> str:
        found = client.find_documents([*KEPT, "NEVER-MADE"], kind)
        return "done" if sorted(each.number for each in found) == list(KEPT) else f"{len(found)} found"

    return find


def _order(number: str) -> Function:
    return CreateSalesTransaction(
        transaction_type=SALES.definition,
        date_created=date(2026, 11, 20),
        date_due=date(2026, 12, 20),
        customer_id="C-00001",
        document_no=number,
        lines=(
            SalesLine(
                item_id="DETAIL-FULL",
                quantity=Decimal(1),
                unit="Each",
                price=Decimal("185"),
                location_id="EBU",
            ),
        ),
    )


def _invoice(number: str) -> Function:
    return CreateInvoice(
        customer_id="C-00001",
        date_created=date(2026, 11, 20),
        date_due=date(2026, 12, 20),
        invoice_no=number,
        lines=(InvoiceLine(gl_account_no="4010", amount=Decimal("185"), location_id="EBU"),),
    )


def _create(document: Callable[[str], Function], *, transaction: bool = False) -> Callable[[Client], str]:
    def create(client: Client) -> str:
        return _told(
            client.execute(
                [document(number) for number in NUMBERS], control_ids=NUMBERS, transaction=transaction
            )
        )

    return create


def _reverse(client: Client) -> str:
    found = client.find_documents(NUMBERS, ArInvoices())
    reversals = [ReverseInvoice(record_number=each.key, reversed_on=date(2026, 11, 21)) for each in found]
    return _told(client.execute(reversals, control_ids=NUMBERS))


def _told(results: Sequence[Result]) -> str:
    ends = ["done" if each.succeeded else type(each.fault).__name__ for each in results]
    return ends[0] if len(set(ends)) == 1 else ", ".join(ends)


V2, V3 = Version.V2_1, Version.V3_0
OPERATIONS = (
    *(Operation("sign-in", each, Step.SIGN_IN, "getAPISession", _sign_in) for each in (V2, V3)),
    Operation("query", V3, Step.READ, "query", _read(Query("CUSTOMER", FIELDS))),
    Operation("readByQuery", V3, Step.READ, "readByQuery", _read(ReadByQuery("CUSTOMER", FIELDS))),
    Operation("readMore", V3, Step.MORE, "readMore", _read(ReadByQuery("CUSTOMER", FIELDS))),
    *(Operation("get_list", each, Step.READ, "get_list", _read(GetList("customer"))) for each in (V2, V3)),
    Operation("lookup", V3, Step.READ, "lookup", _define),
    Operation("inspect", V3, Step.READ, "inspect", _inspect),
    *(
        Operation("create order", each, Step.WRITE, "create_sotransaction", _create(_order), "documents")
        for each in (V2, V3)
    ),
    *(
        Operation("create AR invoice", each, Step.WRITE, "create_invoice", _create(_invoice), "invoices")
        for each in (V2, V3)
    ),
    *(
        Operation("order sent again", each, Step.AGAIN, "create_sotransaction", _create(_order), "documents")
        for each in (V2, V3)
    ),
    *(
        Operation(name, each, Step.READ, "query" if each is V3 else "get_list", _find(kind))
        for name, kind in (("find orders", SALES), ("find AR invoices", ArInvoices()))
        for each in (V2, V3)
    ),
    Operation(
        "query by login", V3, Step.SIGN_IN, "query", _read(Query("CUSTOMER", FIELDS)), keeps_session=False
    ),
    Operation("names of objects", V3, Step.READ, "inspect", _name_objects),
    Operation("fields of records", V2, Step.READ, "get_list", _look_up),
    *(
        Operation("check of one record", each, Step.READ, "query" if each is V3 else "get_list", _check)
        for each in (V2, V3)
    ),
    *(
        Operation(
            "orders, all or none",
            each,
            Step.WRITE,
            "create_sotransaction",
            _create(_order, transaction=True),
            "documents",
        )
        for each in (V2, V3)
    ),
    *(
        Operation(name, each, step, "reverse_invoice", _reverse, "invoices", reverses=True)
        for name, step in (("reverse AR invoice", Step.WRITE), ("reversal sent again", Step.AGAIN))
        for each in (V2, V3)
    ),
)
