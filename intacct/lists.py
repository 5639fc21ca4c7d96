"""What Intacct has to choose from in the settings: fields, types, places, accounts (S-5, S-6).

Read when an administrator asks for it, over the company's turn (G-3), and kept with the connection, so that
no page waits for Intacct.
"""

import time
from collections.abc import Callable
from contextlib import closing
from itertools import islice
from typing import Any

from django.utils import timezone

from intacct.connecting import SecretsUnreadable, gateway_client, test_limits
from intacct.connection_test import Verdict, refused
from intacct.definitions import definition_of
from intacct.gateway import (
    Client,
    GatewayError,
    GetList,
    PermissionRefused,
    Query,
    RequestRecord,
    RequestRefused,
    Version,
)
from intacct.mapping.chosen_fields import (
    OfferedField,
    department_field,
    legacy_department_field,
    offered_among,
    offered_by,
)
from intacct.mapping.clients import CUSTOMERS
from intacct.mapping.employees import EMPLOYEES
from intacct.mapping.reference import TABLES, to_reference
from intacct.mapping.services import ITEMS
from intacct.models import IntacctLists, IntacctSettings
from integrations.connections.models import Connection, ReferenceKind
from integrations.connections.reference import replace_reference
from integrations.runs.context import keep_request
from integrations.runs.turn import TurnLost, TurnTaken, gateway_turn

LABEL = "Reading Intacct's lists"
# The documented ones; what companies call theirs is added where it is seen.
ITEM_TYPES = (
    "Inventory",
    "Non-Inventory",
    "Non-Inventory (Purchase only)",
    "Non-Inventory (Sales only)",
    "Kit",
    "Stockable Kit",
)
MOST_PAGES = 5  # of a list that is looked through for its types: 10,000 records
MOST_KEPT = 1000
# Somebody waits in front of the page, and a web server gives up on what takes much longer.
SECONDS = 20

LEGACY_OBJECTS = {table.object: table.legacy_object for table in (ITEMS, EMPLOYEES)}


def kept_lists(connection: Connection | None) -> IntacctLists | None:
    """What was read over this connection; None if nothing was."""
    return IntacctLists.objects.filter(connection=connection).first() if connection else None


def offered(lists: IntacctLists | None, name: str) -> list[tuple[str, str]]:
    """The pairs (value, what explains it) of one of the other lists."""
    return [(value, label) for value, label in lists.lists.get(name, [])] if lists else []


def offered_fields(lists: IntacctLists | None, name: str) -> list[OfferedField]:
    """The fields of "client_fields" or "service_fields"."""
    stored = lists.lists.get(name, []) if lists else []
    return [OfferedField(field, label, is_custom) for field, label, is_custom in stored]


def read_lists(settings: IntacctSettings, connection: Connection) -> Verdict:
    """Ask for everything and keep what is told; says what could not be read, and never writes to Intacct.

    A list that was not told this time stays as it was kept.
    """
    company = settings.company

    def log(record: RequestRecord) -> None:
        keep_request(company, record)

    try:
        with (
            gateway_turn(company, LABEL) as turn,
            gateway_client(
                settings, on_request=log, before_request=turn.renew, limits=test_limits()
            ) as client,
        ):
            client.sign_in()
            reading = _Reading(settings, connection, client)
            reading.everything()
    except (TurnTaken, TurnLost) as taken:
        return Verdict("warning", str(taken), "Nothing was read.")
    except SecretsUnreadable as error:
        return Verdict("danger", str(error), "Enter both passwords again.")
    except GatewayError as error:
        return refused(settings, error)
    return reading.keep()


class _Reading:
    """One sign-in's worth of questions."""

    def __init__(self, settings: IntacctSettings, connection: Connection, client: Client) -> None:
        self._settings = settings
        self._connection = connection
        self._client = client
        self._version = Version.parse(settings.dtd_version)
        self._ends_at = time.monotonic() + SECONDS
        self._lists: dict[str, list[Any]] = {}
        self._untold: list[str] = []
        self._department_field: str | None = None

    def everything(self) -> None:
        """Each list for itself: one that may not be read doesn't keep the others away."""
        self._ask("the fields of customers", self._fields, "client_fields", CUSTOMERS.object)
        self._ask("the fields of items", self._fields, "service_fields", ITEMS.object)
        for kind, table in TABLES.items():
            self._ask(table.plural, self._reference, kind)
        self._ask("the types of items", self._types, "item_types", ITEMS.object, "ITEMTYPE")
        self._ask("the types of employees", self._types, "employee_types", EMPLOYEES.object, "EMPLOYEETYPE")
        # The same in both versions: 3.0 has the legacy lists too.
        self._ask(
            "transaction definitions",
            self._pairs,
            "definitions",
            GetList("sotransactiondef", ("transdefid", "transclass")),
        )
        self._ask(
            "account labels",
            self._pairs,
            "account_labels",
            GetList("araccountlabel", ("accountlabel", "description")),
        )
        self._ask("accounts", self._pairs, "accounts", GetList("glaccount", ("glaccountno", "title")))

    def keep(self) -> Verdict:
        """Keep what was told, beside what is kept of the other lists."""
        before = kept_lists(self._connection)
        whole = (
            self._version is Version.V3_0 if self._fields_told else bool(before and before.fields_are_whole)
        )
        IntacctLists.objects.update_or_create(
            connection=self._connection,
            defaults={
                "lists": {**(before.lists if before else {}), **self._lists},
                "untold": self._untold,
                "fields_are_whole": whole,
                "read_at": timezone.now(),
            },
        )
        if self._department_field is not None:
            # Nobody's change, so the settings' own version stays (S-8).
            IntacctSettings.objects.filter(pk=self._settings.pk).update(
                item_department_field=self._department_field
            )
        if self._untold:
            sentence = "Some of Intacct's lists are read. Choose from them, then save."
            return Verdict("warning", sentence, details=list(self._untold))
        return Verdict("success", "Intacct's lists are read. Choose from them, then save.")

    @property
    def _fields_told(self) -> bool:
        return "client_fields" in self._lists and "service_fields" in self._lists

    def _ask(self, what: str, question: Callable[..., None], *arguments: object) -> None:
        if time.monotonic() > self._ends_at:
            self._untold.append(f"Intacct answers slowly: {what} were not asked for. Read the lists again.")
            return
        try:
            question(*arguments)
        except (PermissionRefused, RequestRefused) as refusal:
            self._untold.append(f"Intacct doesn't tell this user {what}. {refusal.message}")

    def _fields(self, name: str, object_name: str) -> None:
        if self._version is Version.V3_0:
            definition = definition_of(self._client, object_name)
            offered, department = offered_by(definition), department_field(definition)
        else:
            seen = self._client.lookup_fields(object_name)
            offered = offered_among(object_name, seen)
            department = legacy_department_field(dict.fromkeys(seen, ""))
        self._lists[name] = [[each.name, each.label, each.is_custom] for each in offered[:MOST_KEPT]]
        # 2.1 shows the fields of a few items only: what none of them has another may have.
        if object_name == ITEMS.object and (department or self._version is Version.V3_0):
            self._department_field = department

    def _reference(self, kind: ReferenceKind) -> None:
        """A small list that is checked against, kept as an import keeps it: if it came whole."""
        rows = []
        total = None
        for page in self._client.pages(TABLES[kind].listing(self._version)):
            rows += [to_reference(kind, record, self._version) for record in page.records]
            total = page.total
        if total is None or total == len(rows):
            replace_reference(self._connection, kind, rows)

    def _types(self, name: str, object_name: str, field: str) -> None:
        """The types in use, by looking through the list."""
        if self._version is Version.V3_0:
            listing: Query | GetList = Query(object_name, (field,))
        else:
            field = field.lower()
            listing = GetList(LEGACY_OBJECTS[object_name], (field,))
        types: set[str] = set()
        with closing(self._client.pages(listing)) as pages:
            for page in islice(pages, MOST_PAGES):
                types.update(record.get(field, "").strip() for record in page.records)
        self._lists[name] = [[each, ""] for each in sorted(types - {""})[:MOST_KEPT]]

    def _pairs(self, name: str, listing: GetList) -> None:
        """Ids with what explains them."""
        pairs: list[list[str]] = []
        with closing(self._client.pages(listing)) as pages:
            for page in islice(pages, MOST_PAGES):
                pairs += [
                    [record.get(field, "").strip() for field in listing.fields] for record in page.records
                ]
        self._lists[name] = [pair for pair in pairs if pair[0]][:MOST_KEPT]
