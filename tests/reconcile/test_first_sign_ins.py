"""I-7: an import opens the default sign-in of those it creates, once, and warns where there is none."""

from datetime import timedelta

import pytest
from django.db import connection as database
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from integrations.connections.models import Connection
from integrations.duplicates.codes import Code
from reconpro.company.models import Employee, FirstSignIn, Role, User
from tests.factories import a_user, an_employee
from tests.reconcile.imports import employee_listed, import_employees, import_list, listed, warnings_of

DANA = employee_listed("E-00148", "EBU", "Dana Ruiz")


def window_of(employee_id: str) -> FirstSignIn:
    return FirstSignIn.objects.get(employee__accounting_employee_id=employee_id)


def windows() -> list[dict]:
    return list(FirstSignIn.objects.order_by("pk").values())


def test_a_new_employee_may_sign_in_for_14_days_from_the_import(connection: Connection):
    import_employees(connection, [DANA, employee_listed("E-00149", "", "Max Bell")])

    window = window_of("E-00148")
    assert window.closes_at - window.opened_at == timedelta(days=14)
    assert timezone.now() - window.opened_at < timedelta(minutes=1)
    assert (window.opened_by, window.used_at, window.revoked_at) == (None, None, None)
    assert not User.objects.exists()  # while it waits no password is kept
    for name, digits in (("E-00148:EBU@demo", "00148"), ("E-00149@demo", "00149")):
        response = Browser().post(reverse("sign-in"), {"username": name, "password": digits})
        assert response.url == reverse("first-password")


def test_a_later_import_never_opens_it_again(connection: Connection):
    import_employees(connection, [DANA])
    FirstSignIn.objects.update(
        opened_at=timezone.now() - timedelta(days=30), closes_at=timezone.now() - timedelta(days=16)
    )
    before = windows()
    import_employees(connection, [DANA])
    import_employees(connection, [employee_listed("E-00148", "WBU", "Dana Ruiz-Bell", key="key of E-00148")])
    assert windows() == before
    assert Employee.objects.get().accounting_id == "E-00148:WBU"


def test_employees_who_were_here_before_are_not_let_in(connection: Connection):
    an_employee(
        connection.company,
        accounting_id="E-00148:EBU",
        accounting_employee_id="E-00148",
        accounting_status="active",
        external_key="key of E-00148",
    )
    import_employees(connection, [DANA, employee_listed("E-00149", "", "Max Bell")])
    assert [w.employee.accounting_employee_id for w in FirstSignIn.objects.all()] == ["E-00149"]


def test_one_that_comes_inactive_is_not_let_in_until_an_administrator_does(connection: Connection):
    import_employees(connection, [employee_listed("E-00148", "EBU", "Dana Ruiz", active=False)])
    import_employees(connection, [DANA])
    assert Employee.objects.get().archived_reason == ""
    assert not FirstSignIn.objects.exists()


@pytest.mark.parametrize("leaves", ["inactive", "missing"])
def test_archiving_ends_one_that_waits_and_restoring_does_not_bring_it_back(connection: Connection, leaves):
    others = [employee_listed(f"E-{n:05}", "", f"Max {n}") for n in range(10)]
    import_employees(connection, [DANA, *others])
    gone = employee_listed("E-00148", "EBU", "Dana Ruiz", active=False)
    import_employees(connection, [gone, *others] if leaves == "inactive" else others)
    assert window_of("E-00148").revoked_at is not None
    assert FirstSignIn.objects.waiting().count() == 10

    import_employees(connection, [DANA, *others])

    assert Employee.objects.get(accounting_employee_id="E-00148").archived_reason == ""
    assert not window_of("E-00148").is_waiting


def test_what_was_used_keeps_its_time_and_address_when_the_employee_is_archived(connection: Connection):
    import_employees(connection, [DANA])
    used = {"used_at": timezone.now(), "used_from": "203.0.113.9"}
    FirstSignIn.objects.update(**used)
    import_employees(connection, [employee_listed("E-00148", "EBU", "Dana Ruiz", active=False)])
    window = window_of("E-00148")
    assert (window.used_at, window.used_from, window.revoked_at) == (*used.values(), None)


def test_a_company_that_turned_them_off_gets_none_and_no_warning(connection: Connection):
    connection.company.default_sign_ins = False
    connection.company.save()
    run = import_employees(connection, [DANA, employee_listed("JSMITH", "EBU", "Jo Smith")])
    assert not FirstSignIn.objects.exists()
    assert warnings_of(run) == []


@pytest.mark.parametrize("employee_id", ["JSMITH", "E-1234", "E-123456", "E-٠٠١٤٨"])
def test_without_five_digits_there_is_none_and_the_run_warns(connection: Connection, employee_id):
    run = import_employees(connection, [DANA, employee_listed(employee_id, "EBU", "Jo Smith")])
    assert [w.employee.accounting_employee_id for w in FirstSignIn.objects.all()] == ["E-00148"]
    (warning,) = warnings_of(run)
    assert warning.code == Code.NO_DEFAULT_SIGN_IN
    assert warning.message == (
        "The Employee ID of 1 employee has no five digits in a row, so there is no default sign-in:"
        f" {employee_id}:EBU. Give a sign-in on the profile of whoever needs one."
    )
    jo = Employee.objects.get(accounting_employee_id=employee_id)
    assert warning.sides == [{"kind": "employee", "id": jo.pk, "label": f"{employee_id}:EBU Jo Smith"}]


@pytest.mark.parametrize("employee_id", ["00148", "E12345678-00148", "X00148Y", "1-22-00148-3"])
def test_digits_among_others_are_found_alike_by_database_and_sign_in(connection: Connection, employee_id):
    run = import_employees(connection, [employee_listed(employee_id, "EBU", "Dana Ruiz")])
    assert warnings_of(run) == []
    response = Browser().post(
        reverse("sign-in"), {"username": f"{employee_id}:EBU@demo", "password": "00148"}
    )
    assert response.url == reverse("first-password")


def test_many_without_digits_are_one_warning_that_ends_when_each_has_a_sign_in(connection: Connection):
    people = [employee_listed(f"P{n}", "", f"Jo {n}") for n in range(7)]
    (warning,) = warnings_of(import_employees(connection, people))
    assert "7 employees" in warning.message
    assert "P6, P5, P4, P3, P2 and 2 more" in warning.message
    assert len(warning.sides) == 7
    (again,) = warnings_of(import_employees(connection, people))
    assert again.pk == warning.pk

    for employee in Employee.objects.all():
        a_user(connection.company, Role.TECHNICIAN, username=f"{employee.pk}@demo", employee=employee)
    assert warnings_of(import_employees(connection, people)) == []


def test_as_many_statements_for_ten_new_employees_as_for_a_thousand(connection: Connection):
    def statements(first: int, number: int) -> int:
        people = [employee_listed(f"E-{n:05}", "", f"Jo {n}") for n in range(first, first + number)]
        with CaptureQueriesContext(
            database,
        ) as seen:
            import_employees(connection, people)
        return sum("first" in q["sql"].lower() and "sign" in q["sql"].lower() for q in seen.captured_queries)

    assert statements(0, 10) == statements(0, 1000) > 0
    assert FirstSignIn.objects.count() == 1000


def test_an_import_with_nothing_changed_touches_none(connection: Connection):
    import_employees(connection, [DANA])
    with CaptureQueriesContext(database) as seen:
        import_employees(connection, [DANA])
    table = FirstSignIn._meta.db_table
    writes = [q["sql"] for q in seen.captured_queries if table in q["sql"] and q["sql"].startswith("INSERT")]
    assert writes == []


def test_clients_have_none(connection: Connection):
    import_list(connection, [listed("C-00148", "Acme")])
    assert not FirstSignIn.objects.exists()


class TestTheSameDefaultPassword:
    """I-8: employees of different Employee IDs whose default password would be the same."""

    def test_is_one_warning_with_all_sides_named(self, connection: Connection):
        run = import_employees(
            connection,
            [
                employee_listed("E-00148", "EBU", "Dana Ruiz"),
                employee_listed("F-00148", "", "Max Bell"),
                employee_listed("E-00149", "", "Jo Smith"),
            ],
        )
        (warning,) = warnings_of(run)
        assert warning.code == Code.SAME_DEFAULT_PASSWORD
        assert warning.message == (
            "The default password of 2 employees is the same, since the five digits of their Employee IDs"
            " are: E-00148, F-00148."
        )
        assert [side["label"] for side in warning.sides] == ["E-00148:EBU Dana Ruiz", "F-00148 Max Bell"]
        assert {side["id"] for side in warning.sides} == set(
            Employee.objects.exclude(accounting_id="E-00149").values_list("pk", flat=True)
        )

    def test_stays_one_warning_until_another_member_makes_a_new_one(self, connection: Connection):
        two = [DANA, employee_listed("F-00148", "", "Max Bell")]
        (first,) = warnings_of(import_employees(connection, two))
        (again,) = warnings_of(import_employees(connection, two))
        assert again.pk == first.pk
        three = [*two, employee_listed("00148", "", "Jo Smith")]
        (other,) = warnings_of(import_employees(connection, three))
        assert other.pk != first.pk
        assert len(other.sides) == 3

    def test_of_one_employee_id_in_two_entities_is_no_warning(self, connection: Connection):
        people = [DANA, employee_listed("E-00148", "WBU", "Dana Ruiz-Bell", key="another")]
        assert warnings_of(import_employees(connection, people)) == []

    def test_of_an_archived_employee_is_no_warning(self, connection: Connection):
        people = [DANA, employee_listed("F-00148", "", "Max Bell", active=False)]
        assert warnings_of(import_employees(connection, people)) == []

    def test_of_more_groups_than_anybody_reads_is_a_number(self, connection: Connection):
        people = [employee_listed(f"{p}-{n:05}", "", f"{p} {n}") for p in ("E", "F") for n in range(502)]
        warnings = warnings_of(import_employees(connection, people), Code.SAME_DEFAULT_PASSWORD)
        assert len(warnings) == 501
        assert "Same default password: and 2 more like these." in {w.message for w in warnings}
