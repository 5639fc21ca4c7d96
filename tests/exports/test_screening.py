"""X-1: what the database doesn't suspect is ready by the rules that the sending goes by."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integrations.connections.models import ReferenceEntry, ReferenceKind
from integrations.exports import screening
from integrations.exports.conflicts import take_number
from integrations.exports.loading import judged, read_books, to_be_exported
from integrations.exports.models import ExportState
from integrations.exports.preview import preview
from integrations.exports.screening import suspects
from reconpro.invoices.models import Invoice
from tests import factories
from tests.exports.ledger import RULES, START
from tests.exports.pages import an_export

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)

WORLDS = st.fixed_dictionaries(
    {
        "lists": st.booleans(),
        "clients": st.lists(
            st.sampled_from(["good", "no id", "archived", "other books", "no terms", "odd terms"]),
            min_size=1,
            max_size=3,
        ),
        "services": st.lists(
            st.sampled_from(["good", "no id", "archived", "no department", "odd department", "long id"]),
            min_size=1,
            max_size=3,
        ),
        "employees": st.lists(
            st.sampled_from(["good", "archived", "no entity", "odd entity", "other entity", "other books"]),
            min_size=1,
            max_size=3,
        ),
        "teams": st.lists(st.sampled_from(["", "EBU", "NOWHERE"]), min_size=1, max_size=2),
        "invoices": st.lists(
            st.tuples(
                st.integers(0, 2),
                st.lists(st.tuples(st.integers(0, 2), st.integers(-1, 2)), min_size=0, max_size=3),
                st.integers(-1, 1),
                st.sampled_from(["", "Net 30", "Whenever"]),
                st.sampled_from(
                    [
                        "",
                        "negative",
                        "old",
                        "long number",
                        "wrong total",
                        "taken",
                        "refused under it",
                        "released",
                        "stranger",
                    ]
                ),
            ),
            min_size=1,
            max_size=5,
        ),
    }
)
RULE_SETS = st.sampled_from(
    [
        RULES,
        replace(RULES, department_required=True, default_location="EBU"),
        replace(RULES, several_entities_allowed=True, default_location="NOWHERE"),
        replace(RULES, default_terms="Net 30", closed_through=TODAY - timedelta(days=30)),
        replace(
            RULES, closed_through=TODAY, move_closed=True, default_terms="Whenever", credit_type="Return"
        ),
        replace(RULES, on_account=frozenset({"Sales Invoice"}), account="4000"),
        replace(RULES, on_account=frozenset({"Sales Invoice"})),
    ]
)


def build(world):
    company = factories.a_company()
    connection = factories.a_connection(company, f"BOOKS-{company.pk}")
    if world["lists"]:
        for kind, code in (
            (ReferenceKind.TERM, "Net 30"),
            (ReferenceKind.DEPARTMENT, "200"),
            (ReferenceKind.ENTITY, "EBU"),
            (ReferenceKind.ENTITY, "WBU"),
        ):
            ReferenceEntry.objects.create(connection=connection, kind=kind, code=code, due_days=30)
    archived = {"archived_at": timezone.now(), "archived_reason": "by_hand"}
    of = {
        "good": {},
        "archived": archived,
        "no id": {"accounting_id": ""},
        "other books": {"books": None},
        "no terms": {"terms": ""},
        "odd terms": {"terms": "Whenever"},
        "no department": {"accounting_id_2": ""},
        "odd department": {"accounting_id_2": "999"},
        "long id": {},
        "no entity": {"accounting_entity_id": ""},
        "odd entity": {"accounting_entity_id": "NOWHERE"},
        "other entity": {"accounting_entity_id": "WBU"},
    }
    clients = [
        factories.a_client(company, **{"accounting_id": f"C-{n}", "terms": "Net 30", **of[what]})
        for n, what in enumerate(world["clients"])
    ]
    services = [
        factories.a_service(
            company,
            **{
                "accounting_id": f"S-{n}" + "S" * 30 * (what == "long id"),
                "accounting_id_2": "200",
                **of[what],
            },
        )
        for n, what in enumerate(world["services"])
    ]
    employees = [
        factories.an_employee(
            company,
            **{
                "accounting_id": f"E-{n}:EBU",
                "accounting_employee_id": f"E-{n}",
                "accounting_entity_id": "EBU",
                **of[what],
            },
        )
        for n, what in enumerate(world["employees"])
    ]
    teams = [factories.a_team(company, location=location) for location in world["teams"]]
    for client, lines, team, terms, what in world["invoices"]:
        invoice = factories.an_invoice(
            company,
            client=clients[client % len(clients)],
            date=TODAY - timedelta(days=60 if what == "old" else 0),
            terms=terms,
            team=None if team < 0 else teams[team % len(teams)],
            lines=[
                {
                    "service": services[service % len(services)],
                    "employee": None if employee < 0 else employees[employee % len(employees)],
                    "price": Decimal("-5.10" if what == "negative" else "33.30"),
                }
                for service, employee in lines
            ]
            or [{"service": services[0]}],
        )
        if not lines:
            invoice.lines.all().delete()
            Invoice.objects.filter(pk=invoice.pk).update(total=0)
        spoil(invoice, what)
    return company, connection


def spoil(invoice, what):
    if what == "long number":
        Invoice.objects.filter(pk=invoice.pk).update(number=f"{invoice.number}-AND-MUCH-LONGER")
    elif what == "wrong total":
        Invoice.objects.filter(pk=invoice.pk).update(total=invoice.total + Decimal("0.01"))
    elif what == "taken":
        other = factories.an_invoice(invoice.company, client=invoice.client, approved=False)
        an_export(other, ExportState.EXPORTED, document_number=f"RP-{invoice.number}")
    elif what == "refused under it":
        other = factories.an_invoice(invoice.company, client=invoice.client, approved=False)
        an_export(other, ExportState.FAILED, document_number=f"RP-{invoice.number}")
    elif what == "released":
        an_export(invoice, ExportState.RELEASED)
    elif what == "stranger":
        an_export(invoice, ExportState.FAILED)
        take_number(invoice.company.books.connection, f"RP-{invoice.number}")


@given(world=WORLDS, rules=RULE_SETS)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_not_suspected_is_ready_and_the_totals_are_those_of_judging_all(world, rules):
    company, connection = build(world)
    books = read_books(connection)
    found = to_be_exported(company, START)
    verdicts = judged(
        list(found.values_list("pk", flat=True)), connection=connection, rules=rules, books=books
    )
    suspected = suspects(found, connection, rules, books)

    blocked = {verdict.invoice.id for verdict in verdicts if not verdict.is_ready}
    assert suspected is None or blocked <= suspected

    seen = preview(company, connection, rules, approved_before=timezone.now())
    ready = [verdict.invoice for verdict in verdicts if verdict.is_ready]
    assert (seen.ready_count, seen.ready_total) == (len(ready), sum(i.total for i in ready))
    assert [each.invoice.id for each in seen.ready] == [invoice.id for invoice in ready]
    assert seen.oldest == min((invoice.date for invoice in ready), default=None)
    assert seen.blocked.count == len(blocked)
    assert sum(row.goes_count for row in seen.afterwards) == len(ready)


def test_a_sound_company_has_no_suspects(company):
    connection = factories.a_connection(company)
    client = factories.a_client(company, accounting_id="C-1", terms="Net 30")
    service = factories.a_service(company, accounting_id="S-1")
    for _ in range(3):
        factories.an_invoice(
            company, client=client, lines=[{"service": service, "price": Decimal("0.10")}] * 3
        )

    found = to_be_exported(company, START)

    assert suspects(found, connection, RULES, read_books(connection)) == set()


def test_where_much_is_amiss_all_are_judged_and_told_the_same(company, monkeypatch):
    monkeypatch.setattr(screening, "MOST_NAMED", 2)
    connection = factories.a_connection(company)
    service = factories.a_service(company, accounting_id="S-1")
    for _ in range(3):
        walk_in = factories.a_client(company, terms="Net 30")
        factories.an_invoice(company, client=walk_in, lines=[{"service": service}])

    assert suspects(to_be_exported(company, START), connection, RULES, read_books(connection)) is None
    seen = preview(company, connection, RULES, approved_before=timezone.now())
    assert (seen.ready_count, seen.blocked.count) == (0, 3)
