"""The control address: counts, faults and changes, as JSON, from the same machine only."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from . import changes
from .company import ORDER_ENTRY, RECEIVABLE, BadSetting, Company, Paper, settings_as_json
from .faults import KINDS, BadFault, Fault
from .gateway import Gateway
from .names import CREDITS
from .tables import Table
from .world import MAIN_COMPANY

USAGE = """\
GET /control[?company=ID]            counts of the company (ACME-SANDBOX if none is named) and the gateway
GET /control/documents[?company=ID]  its Order Entry documents with their lines
GET /control/invoices[?company=ID]   its AR invoices with their lines
POST /control  JSON, any of these keys, done in this order:
  company            whose data and settings the rest speaks of
  clear_faults       true: forget all faults
  latency_ms         how long each request waits
  endpoint           what a sign-in answers as the address for later requests
  expire_sessions    true: no session is known any more
  forget_documents   true or a list of document numbers
  forget_invoices    true or a list of numbers of AR invoices
  forget_control_ids true: completed function control ids
  reset_counters     true
  set, add, delete, deactivate, activate, rename
                     one change or a list: {"object": "CUSTOMER", "id": "C-00001", "fields": {"NAME": "..."}}
                     (rename: "new_id"; add: "fields", "count")
  advance            true or a number of days: a day's believable changes of customers, items, employees
  fault_seed         the number from which faults with a probability roll their dice anew
  faults             a list: {"kind": "drop_after", "function": "create_sotransaction", "times": 1}
  any setting of the company: session_seconds, user_password, authorised_senders,
                     permissions ({"EMPLOYEE": []} takes all rights, ["read"] leaves one),
                     removed_fields ({"ITEM": ["DEPARTMENTID"]}), closed_through (YYYY-MM-DD),
                     allow_repeated_numbers, require_location, require_department, require_employee,
                     allow_several_entities, tax_percent, billing_limit,
                     running_limit, waiting_limit, hold_seconds (requests at once), result_seconds
"""

LONGEST_LATENCY = 600_000  # milliseconds
MOST_DAYS = 3660


def _counts(table: Table) -> dict[str, int]:
    active = sum(1 for row in table if table.value(row, "STATUS") == "active")
    return {"total": len(table), "active": active, "inactive": len(table) - active}


class ControlAddress:
    """Reads and changes a gateway and its world."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        self.world = gateway.world
        gateway.on_then = self.change

    def _company(self, name: Any) -> Company:
        company = self.world.company(str(name or MAIN_COMPANY))
        if company is None:
            known = ", ".join(self.world.companies)
            raise BadSetting(f"There is no company {name!r}. Known: {known}.")
        return company

    def state(self, company_name: str = "") -> dict[str, Any]:
        """Counts of one company and what the gateway has done for it."""
        gateway = self.gateway
        with self.world.lock:
            company = self._company(company_name)
            meter, documents = company.meter, company.table(ORDER_ENTRY.header.name)
            by_customer: dict[str, int] = {}
            credited = Decimal(0)
            for row in documents:
                customer = documents.value(row, "CUSTVENDID")
                by_customer[customer] = by_customer.get(customer, 0) + 1
                if documents.value(row, "DOCPARCLASS") in CREDITS:
                    credited += Decimal(documents.value(row, "TOTAL") or 0)
            return {
                "company": company.name,
                "companies": list(self.world.companies),
                "customers": _counts(company.table("CUSTOMER")),
                "items": _counts(company.table("ITEM")),
                "employees": _counts(company.table("EMPLOYEE")),
                "departments": _counts(company.table("DEPARTMENT")),
                "locations": _counts(company.table("LOCATION")),
                "entities": _counts(company.table("LOCATIONENTITY")),
                "documents": {
                    "count": len(documents),
                    "total": str(company.total_of(ORDER_ENTRY)),
                    "credits": str(credited),  # of these
                    "by_customer": by_customer,
                },
                "invoices": {
                    "count": len(company.table(RECEIVABLE.header.name)),
                    "total": str(company.total_of(RECEIVABLE)),
                },
                "requests": meter.requests,
                "functions": dict(meter.functions),
                "billable_transactions": meter.billable_transactions,
                "in_flight": meter.in_flight,
                "in_flight_max": meter.in_flight_max,
                "requests_refused": company.limiter.refused,
                "requests_waiting": company.limiter.waiting,
                "seconds": round(meter.seconds, 6),
                "seconds_serving": round(meter.seconds_serving, 6),
                "days_advanced": company.days_advanced,
                "completed_control_ids": len(company.completed),
                "settings": {**settings_as_json(company.settings), "user_password": "(not told)"},
                "gateway_requests": gateway.requests,
                "invalid_requests": list(gateway.invalid_requests),
                "running": gateway.running,
                "sessions": len(gateway.sessions),
                "latency_ms": round(gateway.latency_seconds * 1000),
                "endpoint": gateway.endpoint,
                "faults": gateway.faults.listed(),
                "known_faults": KINDS,
            }

    def documents(self, company_name: str = "") -> list[dict[str, Any]]:
        """All documents of one company, oldest first."""
        with self.world.lock:
            company = self._company(company_name)
            table, lines = company.table(ORDER_ENTRY.header.name), company.table(ORDER_ENTRY.line.name)
            return [
                {
                    "key": record["DOCID"],
                    "number": record["DOCNO"],
                    "transaction_type": record["DOCPARID"],
                    "customer": record["CUSTVENDID"],
                    "date": record["WHENCREATED"],
                    "due": record["WHENDUE"],
                    "term": record["TERM.NAME"],
                    "state": record["STATE"],
                    "total": record["TOTAL"],
                    "lines": [
                        {
                            name.lower(): text
                            for name, text in lines.record(line).items()
                            if name not in ("RECORDNO", "DOCHDRNO", "DOCHDRID", "LINE_NO")
                        }
                        for line in company.lines_of(ORDER_ENTRY, row)
                    ],
                }
                for row in table
                for record in [table.record(row)]
            ]

    def invoices(self, company_name: str = "") -> list[dict[str, Any]]:
        """All AR invoices of one company, oldest first, by the gateway's field names; empty ones left out."""
        with self.world.lock:
            company = self._company(company_name)
            table, lines = company.table(RECEIVABLE.header.name), company.table(RECEIVABLE.line.name)
            return [
                {
                    **table.filled(row),
                    "lines": [lines.filled(line) for line in company.lines_of(RECEIVABLE, row)],
                }
                for row in table
            ]

    def change(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Do what POST /control asks; answers what was done.

        Raises BadSetting or BadFault at the first thing that can't be done; what came before it stays.
        """
        if not isinstance(asked, dict):
            raise BadSetting("POST /control takes a JSON object.")
        asked = dict(asked)
        with self.world.lock:
            company = self._company(asked.pop("company", ""))
            try:
                return {"company": company.name, **self._act(company, asked), **_set(company, asked)}
            finally:
                self.gateway.after_writing()

    def _act(self, company: Company, asked: dict[str, Any]) -> dict[str, Any]:
        """Everything but settings, in the order of USAGE; takes what it did out of `asked`."""
        actions: dict[str, Callable[[Any], Any]] = {
            "clear_faults": lambda value: self.gateway.faults.clear(),
            "fault_seed": lambda value: self.gateway.faults.roll_from(int(value)),
            "latency_ms": self._set_latency,
            "endpoint": self._set_endpoint,
            "expire_sessions": lambda value: self.gateway.sessions.expire_all(),
            "forget_documents": lambda value: _forget(company, ORDER_ENTRY, "DOCNO", value),
            "forget_invoices": lambda value: _forget(company, RECEIVABLE, "RECORDID", value),
            "forget_control_ids": lambda value: company.completed.clear(),
            "reset_counters": lambda value: self._reset(company),
            **{verb: _verb(company, verb) for verb in changes.VERBS},
            "advance": lambda value: _advance(company, value),
            "faults": self._add_faults,
        }
        done: dict[str, Any] = {}
        for name in [name for name in actions if name in asked]:
            value = asked.pop(name)
            if value is not False:
                result = actions[name](value)
                done[name] = True if result is None else result
        return done

    def _set_latency(self, value: Any) -> None:
        try:
            milliseconds = float(value)
        except (TypeError, ValueError):
            milliseconds = -1
        if not 0 <= milliseconds <= LONGEST_LATENCY:
            raise BadSetting(f"latency_ms is a number of milliseconds, 0 to {LONGEST_LATENCY}.")
        self.gateway.latency_seconds = milliseconds / 1000

    def _set_endpoint(self, value: Any) -> None:
        self.gateway.endpoint = str(value)

    def _reset(self, company: Company) -> None:
        meter = company.meter
        meter.requests = meter.billable_transactions = 0
        meter.in_flight_max, meter.seconds, meter.seconds_serving = meter.in_flight, 0.0, 0.0
        company.limiter.refused = 0
        meter.functions.clear()
        self.gateway.requests = 0
        self.gateway.invalid_requests.clear()

    def _add_faults(self, value: Any) -> int:
        given = value if isinstance(value, list) else [value]
        if not all(isinstance(each, dict) for each in given):
            raise BadFault('A fault looks like {"kind": "drop_after", "times": 1}.')
        faults = [Fault.read(each) for each in given]
        for fault in faults:
            self.gateway.faults.add(fault)
        return len(faults)


def _set(company: Company, asked: dict[str, Any]) -> dict[str, Any]:
    for name, value in asked.items():
        text = _iso_date(value) if name == "closed_through" and value else value
        company.settings.change(name, text)
    return dict.fromkeys(asked, True)


def _verb(company: Company, verb: str) -> Callable[[Any], int]:
    return lambda value: changes.apply(company, verb, value)


def _iso_date(value: Any) -> str:
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise BadSetting("closed_through is a date like 2026-10-31, or empty.") from None


def _advance(company: Company, value: Any) -> list[dict[str, list[str]]]:
    days = 1 if value is True else int(value)
    if not 1 <= days <= MOST_DAYS:
        raise BadSetting(f"advance is true or 1 to {MOST_DAYS} days.")
    return [changes.advance(company) for _day in range(days)]


def _forget(company: Company, paper: Paper, number: str, value: Any) -> int:
    table = company.table(paper.header.name)
    if value is not True and not (isinstance(value, list) and all(isinstance(each, str) for each in value)):
        raise BadSetting("What is to be forgotten is true, for all, or a list of numbers.")
    wanted = None if value is True else set(value)
    gone = [row for row in table if wanted is None or table.value(row, number) in wanted]
    for row in gone:
        company.remove(paper, row)
    return len(gone)
