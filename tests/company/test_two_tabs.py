"""Two who have the same user, team or Company Info open: nobody overwrites what they never saw."""

import pytest
from django.urls import reverse

from tests import factories
from tests.company.typing import fill_in, sent_by, shown

PASSWORD = "a brand new lantern"


@pytest.fixture
def address(accountant):
    return reverse("user-edit", args=[accountant.pk])


def test_who_was_switched_off_in_another_tab_stays_off(administrator, accountant, client_of, address):
    browser = client_of(administrator)
    tab = shown(browser, address)
    fill_in(browser, address, is_active=None)

    answer = browser.post(address, {**tab, "name": "Ann Other"})

    accountant.refresh_from_db()
    assert not accountant.is_active
    assert accountant.name != "Ann Other"
    assert answer.status_code == 409
    page = answer.content.decode()
    assert f"{administrator} saved this user after you opened this page" in page
    assert "Ann Other" in page
    assert "<strong>Now saved:</strong> No" in page

    # Sent again it keeps what was typed, and what was saved in the other tab.
    browser.post(address, sent_by(answer))
    accountant.refresh_from_db()
    assert accountant.name == "Ann Other"
    assert not accountant.is_active


def test_what_both_typed_stays_as_typed_with_what_is_saved_below(
    administrator, accountant, client_of, address
):
    browser = client_of(administrator)
    tab = shown(browser, address)
    fill_in(browser, address, name="Ann Saved", role="work_manager")

    answer = browser.post(address, {**tab, "name": "Ann Typed"})

    page = answer.content.decode()
    assert 'value="Ann Typed"' in page
    assert "<strong>Now saved:</strong> Ann Saved" in page
    assert "<strong>Now saved:</strong> Work Manager" in page
    browser.post(address, sent_by(answer))
    accountant.refresh_from_db()
    assert (accountant.name, accountant.role) == ("Ann Typed", "work_manager")


def test_a_typed_password_is_asked_for_again(administrator, accountant, client_of, address):
    browser = client_of(administrator)
    tab = shown(browser, address)
    fill_in(browser, address, name="Ann Saved")

    answer = browser.post(address, {**tab, "password": PASSWORD})

    assert answer.status_code == 409
    assert PASSWORD not in answer.content.decode()
    assert "Type the new password again" in answer.content.decode()


def test_an_archived_employees_sign_in_is_not_switched_on_by_an_open_page(
    administrator, technician, client_of
):
    browser = client_of(administrator)
    address = reverse("user-edit", args=[technician.pk])
    tab = shown(browser, address)
    technician.is_active = False
    technician.save()

    answer = browser.post(address, tab)

    assert answer.status_code == 409
    assert "Somebody saved this user" in answer.content.decode()  # no entry of the audit says who
    technician.refresh_from_db()
    assert not technician.is_active


def test_company_info_of_another_tab_is_not_overwritten(company, administrator, client_of):
    browser = client_of(administrator)
    address = reverse("company-edit")
    tab = shown(browser, address)
    fill_in(browser, address, phone="555-SAVED", default_sign_ins=None, address="1 Main St\nSpringfield")

    answer = browser.post(address, {**tab, "name": "Demo Typed"})

    assert answer.status_code == 409
    page = answer.content.decode()
    assert f"{administrator} saved this company after you opened this page" in page
    assert "<strong>Now saved:</strong> 555-SAVED" in page
    company.refresh_from_db()
    assert company.phone == "555-SAVED"

    assert browser.post(address, sent_by(answer)).status_code == 302
    company.refresh_from_db()
    assert (company.name, company.phone, company.default_sign_ins) == ("Demo Typed", "555-SAVED", False)


def test_an_address_of_several_lines_is_not_taken_for_a_change(company, administrator, client_of):
    """Browsers send line ends that nobody typed."""
    company.address = "1 Main St\nSpringfield"
    company.save()
    browser = client_of(administrator)
    tab = shown(browser, reverse("company-edit"))
    company.phone = "555-SAVED"
    company.save()

    answer = browser.post(reverse("company-edit"), {**tab, "address": "1 Main St\r\nSpringfield"})

    assert answer.status_code == 409
    assert answer.content.decode().count("Now saved") == 1


def test_a_team_of_another_tab_is_not_overwritten(company, accountant, client_of):
    team = factories.a_team(company, name="North", location="NORTH")
    address = reverse("team-edit", args=[team.pk])
    browser = client_of(accountant)
    tab = shown(browser, address)
    fill_in(browser, address, location="SAVED")

    answer = browser.post(address, {**tab, "name": "Typed"})

    assert answer.status_code == 409
    page = answer.content.decode()
    assert f"{accountant} saved this team after you opened this page" in page
    assert "<strong>Now saved:</strong> SAVED" in page
    browser.post(address, sent_by(answer))
    team.refresh_from_db()
    assert (team.name, team.location) == ("Typed", "SAVED")


@pytest.mark.parametrize("mark", [None, "", "forged", "e30:1abc:forged"])
def test_a_form_without_its_mark_is_not_saved_blindly(company, accountant, client_of, mark):
    team = factories.a_team(company, name="North")
    address = reverse("team-edit", args=[team.pk])
    typed = {"name": "South", "location": ""} | ({} if mark is None else {"seen": mark})

    answer = client_of(accountant).post(address, typed)

    assert answer.status_code == 409
    team.refresh_from_db()
    assert team.name == "North"


def test_the_mark_of_another_team_counts_for_nothing(company, accountant, client_of):
    first, second = (factories.a_team(company, name=name, location="") for name in ("North", "South"))
    browser = client_of(accountant)
    tab = shown(browser, reverse("team-edit", args=[first.pk]))
    answer = browser.post(reverse("team-edit", args=[second.pk]), {**tab, "name": "East"})
    assert answer.status_code == 409


def test_a_page_on_which_nothing_changed_is_saved(company, accountant, client_of):
    team = factories.a_team(company, name="North")
    answer = fill_in(client_of(accountant), reverse("team-edit", args=[team.pk]), name="South")
    assert answer.status_code == 302
    team.refresh_from_db()
    assert team.name == "South"
