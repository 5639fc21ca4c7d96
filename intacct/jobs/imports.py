"""Import Customers, Services and Employees: gateway → mapping → reconcile.

One session per run and the fewest requests that will do (G-2): the small lists that a kind is checked
against come along with it. They are stored after the import was applied, so that one that fails or is
cancelled leaves them too as they were (R-5).
"""

from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from contextlib import closing

from intacct.failures import gateway_failures_told
from intacct.gateway import Page, PermissionRefused, RequestRefused, Version
from intacct.jobs.conversation import Conversation, conversation
from intacct.jobs.departments import DepartmentCheck
from intacct.jobs.second_ids import DepartmentSource
from intacct.jobs.wanted import employees_wanted, nobody_wanted
from intacct.mapping.chosen_fields import with_accounting_id_2
from intacct.mapping.clients import CUSTOMERS, to_clients
from intacct.mapping.employees import EMPLOYEES as INTACCT_EMPLOYEES
from intacct.mapping.employees import to_employee
from intacct.mapping.places import Places
from intacct.mapping.reference import TABLES, to_reference
from intacct.mapping.selection import EVERYTHING, Selection, choice_of
from intacct.mapping.services import to_service
from intacct.mapping.status import is_known
from intacct.mapping.table import Record, Table
from integrations.connections.models import ReferenceKind
from integrations.connections.reference import ReferenceRow
from integrations.duplicates.codes import Code
from integrations.reconcile.checking import keep_reference
from integrations.reconcile.external import ExternalPage, ExternalRecord
from integrations.reconcile.kinds import CLIENTS, EMPLOYEES, SERVICES, Kind
from integrations.reconcile.service import import_records
from integrations.runs.context import RunContext, RunFailed

ToRecords = Callable[[Sequence[Record]], Sequence[ExternalRecord]]


def each(to_record: Callable[[Record], ExternalRecord]) -> ToRecords:
    return lambda records: [to_record(record) for record in records]


def import_customers(context: RunContext) -> None:
    """Customers → clients, and the terms that their invoices may carry (X-3)."""
    with gateway_failures_told(), conversation(context) as talk:
        terms = _optional_list(talk, ReferenceKind.TERM, "Due dates are computed with those known here.")
        table = with_accounting_id_2(CUSTOMERS, talk.settings.client_id_2_field)
        _import(talk, CLIENTS, table, lambda records: to_clients(records, talk.version, table))
    _keep(context, ReferenceKind.TERM, terms)


def import_services(context: RunContext) -> None:
    """Items → services; the departments too, so that a wrong one is seen here (S-6)."""
    with gateway_failures_told(), conversation(context) as talk:
        departments = _optional_list(
            talk, ReferenceKind.DEPARTMENT, "Departments of services were not checked."
        )
        source = DepartmentSource(talk)
        check = DepartmentCheck(context, departments)

        def to_record(record: Record) -> ExternalRecord:
            source.look(record)
            service = to_service(record, talk.version, source.table)
            check(service)
            return service

        wanted = choice_of("ITEMTYPE", "type", talk.settings.item_types)
        _import(talk, SERVICES, source.table, each(to_record), only=wanted, when_read=check.warn)
    _keep(context, ReferenceKind.DEPARTMENT, departments)
    source.keep()


def import_employees(context: RunContext) -> None:
    """Employees → employees. Locations and entities first: an Accounting ID ends in the entity (I-1)."""
    with gateway_failures_told(), conversation(context) as talk:
        locations = _list(talk, ReferenceKind.LOCATION)
        entities = _list(talk, ReferenceKind.ENTITY)
        departments = _list(talk, ReferenceKind.DEPARTMENT) if talk.settings.scope_departments else None
        # Inside an entity Intacct may not list the entity itself.
        signed_in_to = {talk.sign_in.entity_id} - {""}
        places = Places(
            entities=signed_in_to | {row.code for row in entities},
            parents={row.code: row.parent_code for row in locations},
        )
        _import(
            talk,
            EMPLOYEES,
            INTACCT_EMPLOYEES,
            each(lambda record: to_employee(record, talk.version, places)),
            only=employees_wanted(talk, places, locations, departments or []),
            # Where there are no locations, nobody has one.
            may_lack=() if locations else ("location",),
            new_record={"team_id": talk.settings.default_team_id},
        )
    _keep(context, ReferenceKind.LOCATION, locations)
    _keep(context, ReferenceKind.ENTITY, entities)
    _keep(context, ReferenceKind.DEPARTMENT, departments)


def _import(
    talk: Conversation,
    kind: Kind,
    table: Table,
    to_records: ToRecords,
    *,
    only: Selection = EVERYTHING,
    may_lack: Collection[str] = (),
    when_read: Callable[[], None] = lambda: None,
    new_record: Mapping[str, object] | None = None,
) -> None:
    def listed() -> Generator[Page, None, None]:
        key = _key_to_miss(talk, kind, table)
        with closing(talk.pages(table, only=only, may_lack=may_lack)) as pages:
            for page in pages:
                if only and not page.records and not page.offset:
                    raise nobody_wanted(table, only)
                if key and any(record.get(key) for record in page.records):
                    key = ""
                yield page
        if key:
            _miss_keys(talk, table)
        when_read()

    if only:
        talk.context.note = f"Only {table.plural} {only.words} came in, as the settings choose."
    with closing(_external_pages(talk, table, to_records, listed())) as pages:
        import_records(talk.context, kind, pages, signed_in_as=talk.signed_in_as, new_record=new_record)


def _external_pages(
    talk: Conversation, table: Table, to_records: ToRecords, listed: Generator[Page, None, None]
) -> Generator[ExternalPage, None, None]:
    """The list as reconcile takes it. When it is through, the turn is given back: what follows is ours."""
    talk.context.progress(f"Reading {table.plural}")
    with closing(listed) as pages:
        for page in pages:
            _check_statuses(talk, table, page.records)
            yield ExternalPage(to_records(page.records), page.total, page.grown)
    talk.end()


def _key_to_miss(talk: Conversation, kind: Kind, table: Table) -> str:
    """Where a 2.1 record tells its record number, if records here have one; else ""."""
    paths = next(column.paths for column in table.columns if column.name == "key")
    connection = talk.context.connection
    if talk.version is Version.V3_0 or not paths or connection is None:
        return ""
    known = kind.records.filter(
        company_id=connection.company_id, books_id=connection.books_id, external_key__isnull=False
    )
    return paths[0] if known.exists() else ""


def _miss_keys(talk: Conversation, table: Table) -> None:
    """2.1 need not tell record numbers. Once they were known it is worth a warning: by them a renumbered
    record is found again (I-2)."""
    talk.context.warnings.add(
        Code.FIELD_REFUSED,
        f"Intacct does not show the record numbers of {table.plural} to this user any more. Those known "
        "here were left as they are; a renumbered record is taken for a new one meanwhile.",
        fingerprint=f"{table.object}.RECORDNO",
    )


def _check_statuses(talk: Conversation, table: Table, records: Sequence[Record]) -> None:
    """Warn of a record whose status says neither active nor inactive. A page that tells none at all fails
    the run: taking all for inactive would archive them (I-4)."""
    told = table.told("status", records, talk.version)
    unknown = {status or "" for status in told if not is_known(status or "")}
    where = table.key_of("status", talk.version)
    for record in records if unknown else ():
        status = record.get(where, "")
        if status in unknown:
            values = table.values(record, talk.version)
            name = values.get("accounting_id") or values.get("employee_id") or "a record without an id"
            talk.context.warnings.add(
                Code.FIELD_MALFORMED,
                f'Intacct tells the status "{status[:60]}" of {name}, which is not known here. '
                "The record was taken for inactive.",
                fingerprint=f"status:{table.object}:{name}",
            )
    if told == {None}:
        raise RunFailed(
            f"Intacct tells no status of {table.plural}. Nothing was changed here.",
            advice="Ask the Intacct administrator to give the user the right to see all fields.",
        )


def _list(talk: Conversation, kind: ReferenceKind) -> list[ReferenceRow]:
    return [to_reference(kind, record, talk.version) for record in talk.whole_list(TABLES[kind])]


def _optional_list(talk: Conversation, kind: ReferenceKind, without_it: str) -> list[ReferenceRow] | None:
    """A small list that the import can do without; None, with a warning, where it may not be read."""
    try:
        return _list(talk, kind)
    except RunFailed as failure:
        if not isinstance(failure.__cause__, PermissionRefused | RequestRefused):
            raise
        plural = TABLES[kind].plural
        talk.context.warnings.add(
            Code.FIELD_REFUSED,
            f"Intacct does not let this user read {plural}. {without_it}",
            fingerprint=f"list:{plural}",
        )
        return None


def _keep(context: RunContext, kind: ReferenceKind, rows: list[ReferenceRow] | None) -> None:
    if rows is not None:
        keep_reference(context, kind, rows)
