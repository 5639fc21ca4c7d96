"""Every page keeps the strict Content-Security-Policy and can be used without a mouse or eyes."""

from html.parser import HTMLParser

import pytest
from django.template.loader import render_to_string
from django.urls import reverse

from reconpro.company import urls
from reconpro.company.models import AccountingRecord
from tests import factories

VOID_OF_PAGES = {"sign-out", "clients-download", "services-download", "employees-download"}


class Page(HTMLParser):
    """What matters here of a page: elements with their attributes, and text inside script and style."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def all(self, *tags):
        return [attrs for tag, attrs in self.elements if tag in tags]


def complaints(html: str) -> list[str]:
    page, found = Page(html), []
    for tag, attrs in page.elements:
        if "style" in attrs or tag == "style":
            found.append(f"inline style on {tag}")
        if tag == "script" and not attrs.get("src"):
            found.append("inline script")
        for name, value in attrs.items():
            if (
                name.startswith("on")
                or name.startswith("hx-on")
                or (value or "").startswith(("javascript:", "js:"))
            ):
                found.append(f"{tag} has {name}={value}")
    if len(page.all("h1")) != 1:
        found.append(f"{len(page.all('h1'))} headings of the first level")
    labelled = {attrs.get("for") for attrs in page.all("label")}
    for attrs in page.all("input", "select", "textarea"):
        is_named = attrs.get("id") in labelled or attrs.get("aria-label")
        if attrs.get("type") not in ("hidden", "submit") and not is_named:
            found.append(f"no label for {attrs.get('name')}")
    ids = [attrs["id"] for _, attrs in page.elements if attrs.get("id")]
    found += [f"id {i} twice" for i in set(ids) if ids.count(i) > 1]
    return found


@pytest.fixture
def company_with_records(company, technician) -> dict[str, AccountingRecord]:
    factories.a_connection(company)
    made = {
        "client": factories.a_client(company, accounting_id="C-1", accounting_status="active"),
        "service": factories.a_service(company, accounting_id_2="D"),
        "employee": factories.an_employee(company),
        "team": factories.a_team(company),
        "user": technician,
    }
    return made


def test_every_page_has_the_policy_and_nothing_inline(company_with_records, administrator, client_of):
    browser = client_of(administrator)
    wrong = {}
    for pattern in urls.urlpatterns:
        if pattern.name in VOID_OF_PAGES:
            continue
        subject = company_with_records.get(pattern.name.split("-")[0])
        args = [subject.pk] if "pk" in pattern.pattern.converters else []
        for response in (
            browser.get(reverse(pattern.name, args=args)),
            browser.post(reverse(pattern.name, args=args)),
        ):
            policy = response["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            if response.status_code in (200, 409) and (found := complaints(response.content.decode())):
                wrong[pattern.name] = found
    assert wrong == {}


def test_the_sign_in_page_and_the_technicians_page_too(technician, client, client_of):
    assert complaints(client.get(reverse("sign-in")).content.decode()) == []
    assert complaints(client_of(technician).get(reverse("sign-out")).content.decode()) == []
    assert complaints(client_of(technician).get(reverse("my-profile")).content.decode()) == []


@pytest.mark.parametrize("name", ["400.html", "403.html", "403_csrf.html", "404.html", "500.html"])
def test_error_pages_need_nothing_and_say_what_to_do(name):
    html = render_to_string(name)
    assert complaints(html) == []
    assert 'href="/"' in html


def test_the_open_tab_is_told_to_everybody(company, accountant, client_of):
    page = client_of(accountant).get(reverse("clients-archived")).content.decode()
    current = [a for a in Page(page).all("a") if a.get("aria-current") == "page"]
    assert [a["href"] for a in current] == [reverse("clients"), reverse("clients-archived")]
    assert 'class="skip-link" href="#content"' in page
    assert 'aria-live="polite"' in page


def test_htmx_may_neither_write_styles_nor_evaluate(client, db):
    page = client.get(reverse("sign-in")).content.decode()
    assert '"includeIndicatorStyles": false' in page
    assert '"allowEval": false' in page


def test_names_are_escaped_wherever_they_are_shown(company, administrator, client_of):
    evil = "<script>alert(1)</script>"
    client = factories.a_client(company, name=evil, notes=evil)
    browser = client_of(administrator)
    for address in (
        reverse("clients"),
        reverse("client", args=[client.pk]),
        reverse("client-edit", args=[client.pk]),
        reverse("client-archive", args=[client.pk]),
        reverse("clients") + f"?search={evil}",
    ):
        page = browser.get(address).content.decode()
        assert evil not in page
        assert complaints(page) == []
    archived = browser.post(reverse("client-archive", args=[client.pk]), follow=True).content.decode()
    assert evil not in archived
