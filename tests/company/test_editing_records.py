"""Adding and editing clients, services and employees."""

from decimal import Decimal

import pytest
from django.urls import reverse

from reconpro.audit.models import AuditEvent, FieldChange
from reconpro.company.models import Client, Employee, Service
from tests import factories


def edit(browser, record, **typed):
    """Send the edit form as a browser does: with what it was shown, and what was typed."""
    url = reverse(f"{record.kind}-edit", args=[record.pk])
    form = browser.get(url).context["form"]
    shown = {name: form[name].value() for name in form.fields}
    data = {name: "" if value is None else value for name, value in {**shown, **typed}.items()}
    return browser.post(url, data)


def test_an_accountant_adds_a_client(company, accountant, client_of):
    connection = factories.a_connection(company)
    browser = client_of(accountant)

    response = browser.post(
        reverse("client-new"), {"name": "Acme Motors", "accounting_id": "C-17", "bill_to": "Pat"}, follow=True
    )

    client = Client.objects.get(company=company)
    assert response.request["PATH_INFO"] == reverse("client", args=[client.pk])
    assert (client.name, client.accounting_id, client.bill_to) == ("Acme Motors", "C-17", "Pat")
    assert client.books_id == connection.books_id
    assert client.search_key == "acme motors"
    event = AuditEvent.objects.get(action="client.added")
    assert (event.user, event.subject_id) == (accountant, client.pk)


def test_a_record_without_accounting_id_belongs_to_no_books(company, accountant, client_of):
    factories.a_connection(company)
    client_of(accountant).post(reverse("client-new"), {"name": "Walk-in"})
    client = Client.objects.get(company=company)
    assert client.books is None

    edit(client_of(accountant), client, accounting_id="C-9")
    client.refresh_from_db()
    assert client.books == company.books


def test_a_repeated_accounting_id_is_refused_beside_the_field(company, accountant, client_of):
    """I-2: the Accounting ID is unique in the books."""
    factories.a_connection(company)
    factories.a_client(company, name="Acme Motors", accounting_id="C-17")
    browser = client_of(accountant)

    response = browser.post(reverse("client-new"), {"name": "Bolt", "accounting_id": "C-17"})

    assert "Acme Motors has this Accounting ID already" in str(
        response.context["form"].errors["accounting_id"]
    )
    assert Client.objects.filter(company=company).count() == 1


def test_one_who_takes_the_accounting_id_at_the_same_moment_is_told_so(
    company, accountant, client_of, monkeypatch
):
    from reconpro.company.forms.records import RecordForm

    factories.a_connection(company)
    factories.a_client(company, accounting_id="C-17")
    # What the form could not see yet, the database does.
    monkeypatch.setattr(RecordForm, "refuse_taken", lambda self, accounting_id: None)

    response = client_of(accountant).post(reverse("client-new"), {"name": "Bolt", "accounting_id": "C-17"})

    assert response.status_code == 200
    assert "Another record has this Accounting ID" in str(response.context["form"].errors["accounting_id"])


def test_the_same_accounting_id_in_another_company_is_nobodys_business(company, stranger, client_of):
    factories.a_client(company, accounting_id="C-17")
    client_of(stranger).post(reverse("client-new"), {"name": "Bolt", "accounting_id": "C-17"})
    assert Client.objects.filter(company=stranger.company, accounting_id="C-17").exists()


def test_what_was_changed_is_kept_with_old_and_new_value(company, accountant, client_of):
    client = factories.a_client(company, name="Acme Motors", phone="555-1", terms="Net 30")
    browser = client_of(accountant)

    edit(browser, client, phone="555-2")

    change = FieldChange.objects.get(record_kind="client", record_id=client.pk)
    assert (change.field, change.old, change.new, change.user) == ("phone", "555-1", "555-2", accountant)
    page = browser.get(reverse("client", args=[client.pk])).content.decode()
    assert "555-1" in page
    assert str(accountant) in page


def test_saving_without_a_change_writes_nothing(company, accountant, client_of):
    client = factories.a_client(company, name="Acme", bill_to_address="1 Main St\nReno", notes="a\nb")
    browser = client_of(accountant)

    edit(browser, client, bill_to_address="1 Main St\r\nReno", notes="a\r\nb")

    before = client.updated_at
    client.refresh_from_db()
    assert client.updated_at == before
    assert not FieldChange.objects.exists()


@pytest.mark.parametrize("kind", ["client", "employee"])
@pytest.mark.parametrize("email", ["nobody", "a@b", "a b@demo.example", "a@demo.example, b@demo.example"])
def test_a_malformed_email_address_is_refused_beside_the_field(company, accountant, client_of, kind, email):
    """The same rule as an import's."""
    typed = {"name": "Acme", "last_name": "Ruiz", "email": email}
    response = client_of(accountant).post(reverse(f"{kind}-new"), typed)
    assert "malformed" in str(response.context["form"].errors["email"])
    assert email in response.context["form"]["email"].value()

    response = client_of(accountant).post(reverse(f"{kind}-new"), {**typed, "email": "pat@demo.example"})
    assert response.status_code == 302


def test_a_malformed_email_address_of_old_does_not_stop_another_change(company, accountant, client_of):
    client = factories.a_client(company, name="Acme", email="nobody")
    assert edit(client_of(accountant), client, phone="555-2").status_code == 302
    assert "email" in edit(client_of(accountant), client, email="nobody2").context["form"].errors


class TestImported:
    """I-3: what came from accounting follows it; what ReconPro owns is edited here."""

    @pytest.fixture
    def imported(self, company):
        factories.a_connection(company)
        return factories.a_client(company, name="Acme", accounting_id="C-1", accounting_status="active")

    def test_its_accounting_columns_are_shown_but_not_edited(self, imported, accountant, client_of):
        browser = client_of(accountant)
        response = browser.get(reverse("client-edit", args=[imported.pk]))

        assert set(response.context["form"].fields) == {"accounting_id_2_typed", "notes", "seen"}
        assert "comes from Intacct" in response.content.decode()

    def test_accounting_id_2_of_a_client_is_typed_where_no_import_brings_it(
        self, imported, accountant, client_of
    ):
        """S-6, I-11."""
        browser = client_of(accountant)
        edit(browser, imported, accounting_id_2_typed="OLD-17")

        imported.refresh_from_db()
        assert imported.second_accounting_id == "OLD-17"
        change = FieldChange.objects.get(record_kind="client", record_id=imported.pk)
        assert (change.field, change.old, change.new) == ("accounting_id_2_typed", "", "OLD-17")
        page = browser.get(reverse("client-edit", args=[imported.pk])).content.decode()
        assert page.count("Accounting ID 2") == 1  # not among what is changed in accounting

    def test_forged_fields_change_nothing(self, imported, accountant, client_of):
        edit(client_of(accountant), imported, name="Forged", accounting_id="X", notes="Mine")

        imported.refresh_from_db()
        assert (imported.name, imported.accounting_id, imported.notes) == ("Acme", "C-1", "Mine")

    def test_an_employee_keeps_the_team_that_was_chosen_here(self, company, imported, accountant, client_of):
        team = factories.a_team(company, name="North")
        employee = factories.an_employee(company, accounting_status="active", accounting_id="E-1")

        edit(client_of(accountant), employee, team=team.pk)

        employee.refresh_from_db()
        assert employee.team == team
        assert FieldChange.objects.get(field="team").new == "North"

    def test_a_department_is_typed_only_where_accounting_brings_none(
        self, company, imported, accountant, client_of
    ):
        """S-6."""
        brought = factories.a_service(company, accounting_status="active", accounting_id_2="D-10")
        bare = factories.a_service(company, accounting_status="active")
        browser = client_of(accountant)

        form = browser.get(reverse("service-edit", args=[brought.pk])).context["form"]
        assert "accounting_id_2_typed" not in form.fields
        edit(browser, bare, accounting_id_2_typed="D-20", own_price="120.50")

        bare.refresh_from_db()
        assert bare.department == "D-20"
        assert bare.price == Decimal("120.50")


def test_a_local_service_is_edited_whole(company, accountant, client_of):
    service = factories.a_service(company, name="Dents")
    edit(client_of(accountant), service, name="Dent repair", accounting_id="I-1", accounting_id_2_typed="D-1")
    service.refresh_from_db()
    assert (service.name, service.accounting_id, service.department) == ("Dent repair", "I-1", "D-1")


def test_prices_are_told_as_people_write_them(company, accountant, client_of):
    service = factories.a_service(company, own_price=Decimal("1250.5000"))
    edit(client_of(accountant), service, own_price="0.1255")
    page = client_of(accountant).get(reverse("service", args=[service.pk])).content.decode()
    assert "1,250.50" in page
    assert "0.1255" in page
    assert "1250.5000" not in page


def test_a_negative_price_is_refused(company, accountant, client_of):
    service = factories.a_service(company)
    response = edit(client_of(accountant), service, own_price="-1")
    assert response.status_code == 200
    assert Service.objects.get(pk=service.pk).own_price is None


class TestEmployees:
    def test_employee_id_and_entity_id_make_the_accounting_id(self, company, accountant, client_of):
        """I-1."""
        client_of(accountant).post(
            reverse("employee-new"),
            {"first_name": "Dana", "accounting_employee_id": "E-00148", "accounting_entity_id": "EBU"},
        )
        employee = Employee.objects.get(company=company)
        assert employee.accounting_id == "E-00148:EBU"
        assert employee.accounting_employee_id == "E-00148"

    def test_the_same_two_twice_are_refused_beside_the_field(self, company, accountant, client_of):
        factories.an_employee(company, accounting_id="E-1:EBU")
        response = client_of(accountant).post(
            reverse("employee-new"),
            {"last_name": "Ruiz", "accounting_employee_id": "E-1", "accounting_entity_id": "EBU"},
        )
        assert "has this Accounting ID" in str(response.context["form"].errors["accounting_employee_id"])

    def test_one_without_any_name_is_refused(self, company, accountant, client_of):
        response = client_of(accountant).post(reverse("employee-new"), {"email": "a@b.example"})
        assert "first or a last name" in str(response.context["form"].errors["last_name"])

    def test_the_team_of_another_company_can_not_be_chosen(self, company, stranger, accountant, client_of):
        """U-2."""
        theirs = factories.a_team(stranger.company)
        employee = factories.an_employee(company)
        response = edit(client_of(accountant), employee, team=theirs.pk)
        assert "team" in response.context["form"].errors

    def test_editing_other_fields_keeps_an_accounting_id_that_has_no_parts(
        self, company, accountant, client_of
    ):
        employee = factories.an_employee(company, accounting_id="E-7:EBU", first_name="Dana")
        edit(client_of(accountant), employee, first_name="Dan")
        employee.refresh_from_db()
        assert (employee.first_name, employee.accounting_id) == ("Dan", "E-7:EBU")


class TestTwoWhoEditAtOnce:
    def test_the_second_one_sees_what_the_first_one_saved_and_loses_nothing(
        self, company, accountant, administrator, client_of
    ):
        client = factories.a_client(company, name="Acme", phone="555-1", notes="old")
        mine, theirs = client_of(accountant), client_of(administrator)
        url = reverse("client-edit", args=[client.pk])
        seen = mine.get(url).context["form"]["seen"].value()
        edit(theirs, client, phone="555-THEIRS")

        response = mine.post(url, {"name": "Acme", "phone": "555-MINE", "notes": "old", "seen": seen})

        page = response.content.decode()
        assert f"{administrator} saved this client after you opened this page" in page
        assert "555-THEIRS" in page
        assert 'value="555-MINE"' in page
        client.refresh_from_db()
        assert client.phone == "555-THEIRS"

        again = {"name": "Acme", "phone": "555-MINE", "notes": "old"}
        mine.post(url, {**again, "seen": response.context["form"]["seen"].value()})
        client.refresh_from_db()
        assert client.phone == "555-MINE"

    def test_a_form_without_the_mark_is_not_saved_blindly(self, company, accountant, client_of):
        client = factories.a_client(company, name="Acme")
        client_of(accountant).post(reverse("client-edit", args=[client.pk]), {"name": "Bolt"})
        client.refresh_from_db()
        assert client.name == "Acme"
