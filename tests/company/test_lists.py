"""Lists of clients, services and employees: tabs, search, sorting, paging, and what they cost."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from integrations.reconcile.kinds import KINDS as RECONCILED
from reconpro import lists
from reconpro.company.kinds import KINDS
from reconpro.company.models import Client, Employee, Service
from tests import factories
from tests.plans import believe_large


def names(response) -> list[str]:
    """The names shown, in order."""
    return [str(row.record) for row in response.context["table"].page.object_list]


def archived(**fields):
    return {"archived_at": timezone.now(), "archived_reason": "inactive", **fields}


def test_active_and_archived_have_a_tab_each_with_its_count(company, accountant, client_of):
    for name in ("Acme", "Bolt"):
        factories.a_client(company, name=name)
    factories.a_client(company, **archived(name="Closed Motors"))
    browser = client_of(accountant)

    active = browser.get(reverse("clients"))
    shelved = browser.get(reverse("clients-archived"))

    assert names(active) == ["Acme", "Bolt"]
    assert names(shelved) == ["Closed Motors"]
    assert active.context["counts"] == {"active": "2", "archived": "1"}
    assert b"Inactive in accounting" in shelved.content


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("acme", ["Acme Motors", "ACME Paint"]),
        ("ACME-M", ["Acme Motors"]),
        ("motors", []),  # search is by the beginning
        ("c-17", ["Bolt"]),  # Accounting IDs are mostly typed without capitals
        ("C-17", ["Bolt"]),
        ("élan", ["Elan Détail"]),
        ("elan det", ["Elan Détail"]),
        ("100%", []),
        ("_", []),
    ],
)
def test_search_finds_names_and_accounting_ids_that_begin_with_it(
    company, work_manager, client_of, typed, found
):
    factories.a_client(company, name="Acme Motors")
    factories.a_client(company, name="ACME Paint")
    factories.a_client(company, name="Bolt", accounting_id="C-17")
    factories.a_client(company, name="Elan Détail")

    response = client_of(work_manager).get(reverse("clients"), {"search": typed})

    assert names(response) == found


def test_employees_are_found_by_last_name_and_by_team(company, accountant, client_of):
    north = factories.a_team(company, name="North")
    factories.an_employee(company, first_name="Dana", last_name="Ruiz", team=north)
    factories.an_employee(company, first_name="Kim", last_name="Novak")
    browser = client_of(accountant)

    assert names(browser.get(reverse("employees"), {"search": "nov"})) == ["Kim Novak"]
    assert names(browser.get(reverse("employees"), {"team": north.pk})) == ["Dana Ruiz"]
    assert names(browser.get(reverse("employees"), {"team": "nonsense"})) == ["Dana Ruiz", "Kim Novak"]


def test_a_list_is_sorted_by_what_is_clicked(company, accountant, client_of):
    factories.a_client(company, name="Acme", accounting_id="C-2")
    factories.a_client(company, name="Bolt", accounting_id="C-1")
    browser = client_of(accountant)

    assert names(browser.get(reverse("clients"), {"sort": "accounting_id"})) == ["Bolt", "Acme"]
    assert names(browser.get(reverse("clients"), {"sort": "-name"})) == ["Bolt", "Acme"]
    assert names(browser.get(reverse("clients"), {"sort": "company__code"})) == ["Acme", "Bolt"]
    assert b'aria-sort="descending"' in browser.get(reverse("clients"), {"sort": "-name"}).content


def test_fifty_rows_make_a_page_and_odd_page_numbers_show_the_nearest(company, accountant, client_of):
    for number in range(60):
        factories.a_client(company, name=f"Client {number:02}")
    browser = client_of(accountant)

    first = browser.get(reverse("clients"), {"per_page": "100000"})
    assert len(names(first)) == 50
    assert b"50 of 60" in first.content
    assert names(browser.get(reverse("clients"), {"page": "2"}))[0] == "Client 50"
    assert names(browser.get(reverse("clients"), {"page": "99"}))[0] == "Client 50"
    for odd in ("0", "-3", "two", "9" * 30):
        assert len(names(browser.get(reverse("clients"), {"page": odd}))) in (10, 50)


def test_counting_stops_at_the_cap_and_pages_go_on_beyond_it(company, accountant, client_of, monkeypatch):
    monkeypatch.setattr(lists, "COUNT_CAP", 100)
    Client.objects.bulk_create(
        Client(company=company, name=f"Client {n:03}", search_key=f"client {n:03}") for n in range(230)
    )
    browser = client_of(accountant)

    first = browser.get(reverse("clients"))
    assert first.context["counts"]["active"] == "100+"
    beyond = browser.get(reverse("clients"), {"page": "4"})
    assert names(beyond)[0] == "Client 150"
    assert b'rel="next"' in beyond.content
    last = browser.get(reverse("clients"), {"page": "5"})
    assert len(names(last)) == 30
    assert b'rel="next"' not in last.content


@pytest.mark.parametrize("kind", ["clients", "services", "employees"])
def test_a_list_takes_as_many_queries_for_fifty_rows_as_for_five(
    company, accountant, client_of, kind, django_assert_num_queries
):
    make = {
        "clients": factories.a_client,
        "services": factories.a_service,
        "employees": lambda company: factories.an_employee(company, team=factories.a_team(company)),
    }[kind]
    browser = client_of(accountant)
    # session, user, company; counts of two tabs and of the search; the rows; for employees the teams
    expected = 8 if kind == "employees" else 7
    for _ in range(5):
        make(company)
    with django_assert_num_queries(expected):
        browser.get(reverse(kind))
    for _ in range(45):
        make(company)
    with django_assert_num_queries(expected):
        browser.get(reverse(kind))


def test_an_empty_list_says_what_to_do_next(company, accountant, work_manager, client_of):
    page = client_of(accountant).get(reverse("clients")).content.decode()
    assert "No clients yet." in page
    assert reverse("client-new") in page

    page = client_of(work_manager).get(reverse("clients")).content.decode()
    assert "No clients yet." in page
    assert reverse("client-new") not in page


def test_a_search_without_result_leads_to_the_other_tab(company, accountant, client_of):
    factories.a_client(company, **archived(name="Closed Motors"))

    page = client_of(accountant).get(reverse("clients"), {"search": "closed"}).content.decode()

    assert "No active client matches." in page
    assert f"{reverse('clients-archived')}?search=closed" in page


@pytest.mark.parametrize("model", [Client, Service, Employee])
@pytest.mark.parametrize("column", ["search_key", "accounting_id"])
def test_prefix_search_uses_the_index(company, model, column):
    """Design: search is fast on both databases."""
    model.objects.bulk_create(
        model(company=company, search_key=f"{chr(97 + n % 26)}-{n}", accounting_id=f"{chr(97 + n % 26)}-{n}")
        for n in range(800)
    )
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {model._meta.db_table}")

    plan = model.objects.filter(lists.starts_with(column, "f-17"), company=company).explain()

    index = f"{model.kind}_{'by_name' if column == 'search_key' else column}"
    condition = plan.split(index)[1]
    assert column in condition.split("Filter")[0]


def plans(do) -> list[str]:
    """How the database carries out each query that `do` makes, where the table is large: of a small one
    PostgreSQL may as well read and sort all."""
    explain = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
    with CaptureQueriesContext(connection) as asked:
        do()
    believe_large(Client, Service, Employee)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        found = []
        for query in asked:
            cursor.execute(f"{explain} {query['sql']}")
            found.append("\n".join(str(row[-1]) for row in cursor.fetchall()))
    return found


@pytest.mark.parametrize("most_are_archived", [False, True])
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.plural)
def test_both_tabs_are_counted_and_read_in_the_order_of_an_index(company, kind, most_are_archived):
    """However many are archived, neither sorts a company's records nor reads those of the others."""
    for owner in (company, *(factories.a_company() for _ in range(7))):
        kind.model.objects.bulk_create(
            kind.model(
                company=owner,
                search_key=f"{chr(97 + n % 26)} {n}",
                **(archived() if (n % 20 == 0) != most_are_archived else {}),
            )
            for n in range(500)
        )
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {kind.model._meta.db_table}")

    for tab, indexes in (
        (False, {f"{kind.singular}_by_name"}),
        (True, {f"{kind.singular}_archived", f"{kind.singular}_by_name"}),
    ):
        rows = kind.listed(company, archived=tab)
        (count,) = plans(lambda rows=rows: lists.capped_count(rows))
        (page,) = plans(lambda rows=rows: list(rows.order_by("search_key", "pk")[:50]))
        assert f"Seq Scan on {kind.model._meta.db_table}" not in count
        assert f"SCAN {kind.model._meta.db_table}" not in count
        assert any(index in page for index in indexes), page
        assert "Sort" not in page, page
        assert "B-TREE" not in page, page


def test_keys_of_names_are_compared_by_their_characters_numbers(db):
    """On PostgreSQL that is to be said of each column; SQLite compares so anyway."""
    tables = [table._meta.db_table for kind in RECONCILED for table in (kind.record, kind.stage)]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT table_name, column_name FROM information_schema.columns"
                " WHERE collation_name = 'C' AND table_schema = 'public'"
            )
            in_c = sorted(cursor.fetchall())
        assert in_c == sorted((table, column) for table in tables for column in ("search_key", "name_key"))

    keys = ["acme2", "acme 10", "acmé", "acme", "z", "ácme", "Acme"]
    owner = factories.a_company()
    Client.objects.bulk_create(Client(company=owner, search_key=key) for key in keys)
    assert list(Client.objects.order_by("search_key").values_list("search_key", flat=True)) == sorted(keys)


def test_starts_with_takes_signs_of_patterns_as_they_are(company):
    factories.a_client(company, name="Client", accounting_id="A%1")
    factories.a_client(company, name="Client", accounting_id="A_1")
    factories.a_client(company, name="Client", accounting_id="AB1")

    assert Client.objects.get(lists.starts_with("accounting_id", "A%")).accounting_id == "A%1"
    assert Client.objects.get(lists.starts_with("accounting_id", "A_")).accounting_id == "A_1"
