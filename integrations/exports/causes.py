"""Why an invoice can't go, and where to mend it (X-1)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Cause(StrEnum):
    """Each cause is mended in one place; in the order in which they are told."""

    CLIENT_WITHOUT_ID = "client_without_id"
    CLIENT_OF_OTHER_BOOKS = "client_of_other_books"
    CLIENT_ARCHIVED = "client_archived"
    SERVICE_WITHOUT_ID = "service_without_id"
    SERVICE_OF_OTHER_BOOKS = "service_of_other_books"
    SERVICE_ARCHIVED = "service_archived"
    DEPARTMENT_MISSING = "department_missing"
    DEPARTMENT_UNKNOWN = "department_unknown"
    EMPLOYEE_OF_OTHER_BOOKS = "employee_of_other_books"
    EMPLOYEE_ARCHIVED = "employee_archived"
    LOCATION_MISSING = "location_missing"
    LOCATION_UNKNOWN = "location_unknown"
    SEVERAL_ENTITIES = "several_entities"
    TERMS_MISSING = "terms_missing"
    TERMS_UNKNOWN = "terms_unknown"
    PERIOD_CLOSED = "period_closed"
    ACCOUNT_MISSING = "account_missing"
    NEGATIVE_TOTAL = "negative_total"
    WITHOUT_LINES = "without_lines"
    NUMBER_TOO_LONG = "number_too_long"
    NUMBER_TAKEN = "number_taken"
    TEXT_TOO_LONG = "text_too_long"
    TOTAL_DIFFERS = "total_differs"
    WENT_HERE = "went_here"
    # Of what was sent before and may have to go again.
    CLIENT_ARCHIVED_SINCE = "client_archived_since"
    SERVICE_ARCHIVED_SINCE = "service_archived_since"
    EMPLOYEE_ARCHIVED_SINCE = "employee_archived_since"

    @property
    def heading(self) -> str:
        """A short heading, which a count follows."""
        return _WORDS[self][0]

    def on(self, number: int, where: str) -> str:
        """Heading and the records where it is mended, in one: "5 archived clients", "No location on 2 teams".

        `where` is their number and kind: "5 clients".
        """
        if self in _OF_RECORDS:
            singular, plural = _OF_RECORDS[self]
            return (singular if number == 1 else plural).format(f"{number:,}")
        return f"{self.heading} on {where}"

    @property
    def advice(self) -> str:
        """What to do, in a sentence."""
        return _WORDS[self][1]


_WORDS: dict[Cause, tuple[str, str]] = {
    Cause.CLIENT_WITHOUT_ID: (
        "Client without an Accounting ID",
        "Import Customers, or type the client's Accounting ID on its profile.",
    ),
    Cause.CLIENT_OF_OTHER_BOOKS: (
        "Client of other books",
        "Its Accounting ID was not imported over the present connection: Import Customers.",
    ),
    Cause.CLIENT_ARCHIVED: (
        "Archived client",
        "Restore the client, move its invoices to another one, or send them anyway.",
    ),
    Cause.SERVICE_WITHOUT_ID: (
        "Service without an Accounting ID",
        "Import Services, or type the service's Accounting ID on its profile.",
    ),
    Cause.SERVICE_OF_OTHER_BOOKS: (
        "Service of other books",
        "Its Accounting ID was not imported over the present connection: Import Services.",
    ),
    Cause.SERVICE_ARCHIVED: (
        "Archived service",
        "Restore the service, move its lines to another one, or send them anyway.",
    ),
    Cause.DEPARTMENT_MISSING: (
        "Department ID missing",
        "Type the Department ID as Accounting ID 2 on the service's profile.",
    ),
    Cause.DEPARTMENT_UNKNOWN: (
        "Unknown Department ID",
        "Correct Accounting ID 2 on the service's profile, or Import Services if the department is new.",
    ),
    Cause.EMPLOYEE_OF_OTHER_BOOKS: (
        "Employee of other books",
        "Its Accounting ID was not imported over the present connection: Import Employees.",
    ),
    Cause.EMPLOYEE_ARCHIVED: (
        "Archived employee",
        "Restore the employee, move the lines to another one, or send them anyway.",
    ),
    Cause.LOCATION_MISSING: (
        "No location",
        "Set the location of the invoice's team, choose an employee who has an entity, or set the default "
        "location in the settings.",
    ),
    Cause.LOCATION_UNKNOWN: (
        "Unknown location",
        "Correct the location, or run an import if it is new.",
    ),
    Cause.SEVERAL_ENTITIES: (
        "Lines of several entities",
        "Make an invoice for each entity, or allow it in the settings under Advanced.",
    ),
    Cause.TERMS_MISSING: (
        "No terms",
        "Set terms on the invoice or on the client, or default terms in the settings.",
    ),
    Cause.TERMS_UNKNOWN: (
        "Unknown terms",
        "Correct the terms, or Import Customers if they are new.",
    ),
    Cause.PERIOD_CLOSED: (
        "Dated in a closed period",
        "Open the period, or let the settings post such invoices on the first open day.",
    ),
    Cause.ACCOUNT_MISSING: (
        "No revenue account",
        "Set the revenue account or the account label in the settings under Advanced.",
    ),
    Cause.NEGATIVE_TOTAL: (
        "Negative total",
        "Correct the invoice or, for Order Entry, set a credit definition in the settings under Advanced.",
    ),
    Cause.WITHOUT_LINES: (
        "No lines",
        "Add a line to the invoice.",
    ),
    Cause.NUMBER_TOO_LONG: (
        "Document number too long",
        "Shorten the invoice's number, or the document number prefix in the settings.",
    ),
    Cause.NUMBER_TAKEN: (
        "Document number already used",
        "Change the invoice's number, or the document number prefix in the settings.",
    ),
    Cause.TEXT_TOO_LONG: (
        "A code is too long",
        "Shorten it where it comes from.",
    ),
    Cause.TOTAL_DIFFERS: (
        "Lines and total differ",
        "Open the invoice and save it again; if this stays, tell ReconPro's support.",
    ),
    Cause.WENT_HERE: (
        "In these books already",
        "It went there before it was released. Take the release back on the invoice's page.",
    ),
    Cause.CLIENT_ARCHIVED_SINCE: (
        "Being checked, of a client archived since",
        "What is not there goes again as it was: restore the client, or send it anyway.",
    ),
    Cause.SERVICE_ARCHIVED_SINCE: (
        "Being checked, of a service archived since",
        "What is not there goes again as it was: restore the service, or send it anyway.",
    ),
    Cause.EMPLOYEE_ARCHIVED_SINCE: (
        "Being checked, of an employee archived since",
        "What is not there goes again as it was: restore the employee, or send it anyway.",
    ),
}

# Headings that speak of a record: with several of one kind, the number stands in their midst.
_OF_RECORDS: dict[Cause, tuple[str, str]] = {
    Cause.CLIENT_WITHOUT_ID: ("{} client without an Accounting ID", "{} clients without an Accounting ID"),
    Cause.CLIENT_OF_OTHER_BOOKS: ("{} client of other books", "{} clients of other books"),
    Cause.CLIENT_ARCHIVED: ("{} archived client", "{} archived clients"),
    Cause.SERVICE_WITHOUT_ID: ("{} service without an Accounting ID", "{} services without an Accounting ID"),
    Cause.SERVICE_OF_OTHER_BOOKS: ("{} service of other books", "{} services of other books"),
    Cause.SERVICE_ARCHIVED: ("{} archived service", "{} archived services"),
    Cause.EMPLOYEE_OF_OTHER_BOOKS: ("{} employee of other books", "{} employees of other books"),
    Cause.EMPLOYEE_ARCHIVED: ("{} archived employee", "{} archived employees"),
    Cause.CLIENT_ARCHIVED_SINCE: (
        "Being checked, of {} client archived since",
        "Being checked, of {} clients archived since",
    ),
    Cause.SERVICE_ARCHIVED_SINCE: (
        "Being checked, of {} service archived since",
        "Being checked, of {} services archived since",
    ),
    Cause.EMPLOYEE_ARCHIVED_SINCE: (
        "Being checked, of {} employee archived since",
        "Being checked, of {} employees archived since",
    ),
}

# these leave a choice: send anyway, or move ...
MOVABLE_CAUSES = (Cause.CLIENT_ARCHIVED, Cause.SERVICE_ARCHIVED, Cause.EMPLOYEE_ARCHIVED)
# ... and what may have arrived can only go as it was: moved, it would be another document.
SINCE_CAUSES = (
    Cause.CLIENT_ARCHIVED_SINCE,
    Cause.SERVICE_ARCHIVED_SINCE,
    Cause.EMPLOYEE_ARCHIVED_SINCE,
)
ARCHIVED_CAUSES = (*MOVABLE_CAUSES, *SINCE_CAUSES)


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is mended. `kind`: client, service, employee, team, invoice or settings (id 0)."""

    kind: str
    id: int
    label: str


@dataclass(frozen=True, slots=True)
class Blocker:
    """One reason why one invoice can't go: the cause, where to mend it, and what exactly is wrong there."""

    cause: Cause
    place: Place
    detail: str = ""
