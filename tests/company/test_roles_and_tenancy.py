"""U-1: every page checks the role on the server. U-2: another company's objects answer 404."""

import pytest
from django.urls import URLPattern, get_resolver, reverse

from reconpro.company import urls
from reconpro.company.models import Client, Company, Employee, Service, Team, User
from tests import factories

ALL = {"administrator", "accountant", "work_manager", "technician"}
READ = {"administrator", "accountant", "work_manager"}
KEEP = {"administrator", "accountant"}
ADMIN = {"administrator"}

# What each role may open; the pages of records are added below.
MAY = {
    "home": ALL,
    "change-password": ALL,
    "my-profile": {"technician"},  # the others have no employee behind them
    "company-info": READ,
    "company-edit": ADMIN,
    "integration-settings": READ,
    "reports": READ,
    "teams": READ,
    "team-new": KEEP,
    "team-edit": KEEP,
    "users": ADMIN,
    "user-new": ADMIN,
    "user-edit": ADMIN,
    "employees-on-default": ADMIN,
    "employee-sign-in-open": ADMIN,
    "employee-sign-in-revoke": ADMIN,
    "team-sign-ins-open": ADMIN,
}
for one, many in (("client", "clients"), ("service", "services"), ("employee", "employees")):
    MAY |= {many: READ, f"{many}-archived": READ, f"{many}-download": READ, one: READ}
    MAY |= {f"{one}-new": KEEP, f"{one}-edit": KEEP, f"{one}-archive": KEEP, f"{one}-restore": KEEP}
POSTED = {"client-restore", "service-restore", "employee-restore"}
OPEN_TO_STRANGERS = {"sign-in", "sign-out", "first-password"}


@pytest.fixture
def people(administrator, accountant, work_manager, technician) -> dict[str, User]:
    everybody = (administrator, accountant, work_manager, technician)
    return {user.role: user for user in everybody}


@pytest.fixture
def addresses(company: Company, administrator) -> dict[str, str]:
    """The address of every page of the Company tab, with objects of our company."""
    objects = {
        "client": factories.a_client(company),
        "service": factories.a_service(company),
        "employee": factories.an_employee(company),
        "team": factories.a_team(company),
        "user": administrator,
    }
    found = {}
    for pattern in urls.urlpatterns:
        if pattern.name in OPEN_TO_STRANGERS:
            continue
        needs_object = "pk" in pattern.pattern.converters
        subject = objects.get(pattern.name.split("-")[0])
        found[pattern.name] = reverse(pattern.name, args=[subject.pk] if needs_object else [])
    return found


def send(browser, name, address):
    return browser.post(address) if name in POSTED else browser.get(address)


def test_the_table_names_every_page():
    assert {p.name for p in urls.urlpatterns} - OPEN_TO_STRANGERS == set(MAY)


def test_each_role_opens_its_pages_and_no_other(people, addresses, client_of):
    wrong = []
    for role, user in people.items():
        browser = client_of(user)
        for name, address in addresses.items():
            status = send(browser, name, address).status_code
            allowed = role in MAY[name]
            if (status in (200, 302)) != allowed or (status == 403) == allowed:
                wrong.append((role, name, status))
    assert wrong == []


def test_writing_is_refused_to_roles_that_only_read(people, addresses, client_of):
    before = {m: list(m.objects.order_by("pk").values()) for m in (Client, Service, Employee, Team, Company)}
    for role in ("work_manager", "technician"):
        browser = client_of(people[role])
        for name, address in addresses.items():
            if role not in MAY[name]:
                status = browser.post(address, {"name": "Forged"}).status_code
                assert status in (403, 405), (role, name)
    assert before == {m: list(m.objects.order_by("pk").values()) for m in before}


def test_nobody_signed_in_is_asked_to_sign_in(addresses, client):
    for name, address in addresses.items():
        response = client.get(address)
        assert (response.status_code, response.url.split("?")[0]) == (302, reverse("sign-in")), name


def test_objects_of_another_company_are_not_there(addresses, stranger, client_of):
    browser = client_of(stranger)
    with_object = {name: a for name, a in addresses.items() if any(part.isdigit() for part in a.split("/"))}
    assert len(with_object) == 17
    for name, address in with_object.items():
        assert browser.get(address).status_code == 404, name
        assert browser.post(address, {"name": "Forged"}).status_code == (405 if name in VIEWED else 404), name
    assert not Client.objects.filter(name="Forged").exists()


VIEWED = {"client", "service", "employee"}


def test_lists_and_downloads_hold_nothing_of_another_company(company, stranger, client_of):
    factories.a_client(company, name="Ours Alone")
    browser = client_of(stranger)
    assert b"Ours Alone" not in browser.get(reverse("clients")).content
    assert b"Ours Alone" not in b"".join(browser.get(reverse("clients-download")).streaming_content)


def test_a_number_beyond_any_key_is_not_there(accountant, client_of):
    assert client_of(accountant).get(f"/company/clients/{'9' * 40}/").status_code == 404


def test_a_sign_in_for_another_companys_employee_is_not_made(company, stranger, client_of):
    theirs = factories.an_employee(company, accounting_id="E-1")
    address = f"{reverse('user-new')}?employee={theirs.pk}"
    assert client_of(stranger).get(address).status_code == 404
    assert client_of(stranger).post(address, {"username": "x", "password": "x"}).status_code == 404


def test_every_page_of_the_product_asks_who_is_there():
    """A view that forgets its role has no `roles`, wherever it is."""
    forgotten = [
        pattern.name
        for pattern in _all_patterns(get_resolver().url_patterns)
        if not getattr(_innermost(pattern.callback), "roles", None) and pattern.name not in OPEN_TO_STRANGERS
    ]
    assert forgotten == []


def _all_patterns(patterns):
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield pattern
        else:
            yield from _all_patterns(pattern.url_patterns)


def _innermost(view):
    while not hasattr(view, "roles") and hasattr(view, "__wrapped__"):
        view = view.__wrapped__
    return view
