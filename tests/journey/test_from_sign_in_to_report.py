"""The main job in a real browser over the real worker and the simulator, as an administrator does it."""

import re

import pytest
from playwright.sync_api import expect

from tests.journey import browser
from tests.product import ADMINISTRATOR, PASSWORD, SENDER_PASSWORD, USER_PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.worker, pytest.mark.xdist_group("processes")]

SECONDS = 1000


@pytest.mark.parametrize("version", ["v3.0", "v2.1"])
def test_an_administrator_imports_everything_exports_invoices_and_reads_the_report(product, version):
    with browser.browser_page() as page:
        page.set_default_timeout(20 * SECONDS)
        page.skip_looks = version != "v3.0"
        sign_in(page, product)
        find_the_settings(page)
        enter_the_settings(page, product, version)
        try_the_connection(page)
        for button in ("Import Customers", "Import Services", "Import Employees"):
            press_and_wait(page, button)
        look_at_what_was_imported(page)

        product.manage("sample_invoices", "--company", "demo", "--count", "12", "--lines", "3", "--seed", "5")
        export_the_invoices(page)
        read_the_report(page)

    documents = product.simulator.state()["documents"]
    assert documents["count"] == 12
    assert product.value("SELECT count(*) FROM integrations_invoiceexport WHERE state = 'exported'") == 12
    assert product.simulator.state()["invalid_requests"] == []


def look(page, name):
    """Each page is looked at once, in the journey of version 3.0: the pages are the same in both."""
    if not page.skip_looks:
        browser.look(page, name)


def follow(page, link):
    """Click, and go on only when the page that it leads to is there."""
    with page.expect_navigation():
        link.click()


def sign_in(page, product):
    page.goto(product.url)
    look(page, "sign-in")
    page.get_by_label(re.compile("e-?mail|user|sign-in name", re.I)).first.fill(ADMINISTRATOR)
    page.get_by_label("Password", exact=False).first.fill(PASSWORD)
    follow(page, page.get_by_role("button", name="Sign in"))


def find_the_settings(page):
    """User guide: on the Company tab Company Info, then the Integration Settings tab, then Configure."""
    follow(page, page.get_by_role("link", name="Company", exact=True))
    follow(page, page.get_by_role("link", name="Company Info", exact=True))
    look(page, "company-info")
    follow(page, page.get_by_role("link", name="Integration Settings", exact=True))
    expect(page.get_by_text("Intacct Integration Settings")).to_be_visible()
    look(page, "integration-settings")
    follow(page, page.get_by_role("link", name="Configure"))
    expect(page.get_by_role("heading", name="Intacct Integration Settings")).to_be_visible()
    look(page, "intacct-settings-empty")


def enter_the_settings(page, product, version):
    """The team first: Default Team is chosen from the company's teams."""
    product.manage("intacct_configure", "--company", "demo", "--default-team", "Main shop")
    page.reload()
    page.get_by_label("Sender ID").fill("recon_sender")
    page.get_by_label("Sender Password").fill(SENDER_PASSWORD)
    page.get_by_label("DTD Version").fill(version)
    page.get_by_label("Auth User ID").fill("recon_ws")
    page.get_by_label("Auth Company ID").fill("ACME-SANDBOX")
    page.get_by_label("Auth Password").fill(USER_PASSWORD)
    page.get_by_label("Post URL").fill(product.simulator.url)
    page.get_by_label("Default Team").select_option(label="Main shop")
    follow(page, page.get_by_role("button", name="Save Settings"))
    expect(page.get_by_role("button", name="Import Customers", exact=True)).to_be_enabled()
    assert SENDER_PASSWORD not in page.content()
    assert USER_PASSWORD not in page.content()
    look(page, "intacct-settings-saved")


def try_the_connection(page):
    page.get_by_role("button", name="Test Connection").click()
    expect(page.get_by_text(re.compile("ACME-SANDBOX")).first).to_be_visible()
    look(page, "test-connection")


def press_and_wait(page, button):
    """Press, see progress without reloading, and see the outcome arrive in the same page."""
    follow(page, page.get_by_role("button", name=button, exact=True))
    expect(page.get_by_text(re.compile("Succeeded")).first).to_be_visible(timeout=60 * SECONDS)
    look(page, f"run-{button.lower().replace(' ', '-')}")
    find_the_settings_again(page)


def find_the_settings_again(page):
    follow(page, page.get_by_role("link", name="Company", exact=True))
    follow(page, page.get_by_role("link", name="Company Info", exact=True))
    follow(page, page.get_by_role("link", name="Integration Settings", exact=True))
    follow(page, page.get_by_role("link", name="Configure"))


def look_at_what_was_imported(page):
    for name, heading_id in (("Clients", "C-00"), ("Services", ""), ("Employees", "E-00148:EBU")):
        follow(page, page.get_by_role("link", name=name, exact=True))
        expect(page.get_by_role("link", name=re.compile("^Active"))).to_be_visible()
        if heading_id == "E-00148:EBU":
            page.get_by_role("searchbox").fill("E-00148")
            page.keyboard.press("Enter")
            expect(page.get_by_text("E-00148:EBU").first).to_be_visible()
        look(page, f"{name.lower()}-active")
        follow(page, page.get_by_role("link", name=re.compile("^Archived")))
        look(page, f"{name.lower()}-archived")
        follow(page, page.get_by_role("link", name=re.compile("^Active")))
        follow(page, page.locator("table tbody a").first)
        look(page, f"{name.lower()}-profile")


def export_the_invoices(page):
    follow(page, page.get_by_role("link", name="Operations", exact=True))
    look(page, "invoices")
    find_the_settings_again(page)
    follow(page, page.get_by_role("link", name="Export Invoices").first)
    look(page, "export-start")
    follow(page, page.get_by_role("button", name="Save and show the preview"))
    expect(page.get_by_text("12").first).to_be_visible()
    look(page, "export-preview")
    follow(page, page.get_by_role("button", name="Export Invoices"))
    expect(page.get_by_text(re.compile("Succeeded")).first).to_be_visible(timeout=60 * SECONDS)
    look(page, "run-export-invoices")


def read_the_report(page):
    follow(page, page.get_by_role("link", name="Reports", exact=True))
    look(page, "reports")
    follow(page, page.get_by_role("link", name="Intacct Integration Status / Warning").last)
    follow(page, page.get_by_role("button", name="Find"))
    for operation in ("Import Customers", "Import Services", "Import Employees", "Export Invoices"):
        expect(page.get_by_role("row", name=operation).first).to_be_visible()
    expect(page.get_by_text("Same name under several Accounting IDs").first).to_be_visible()
    look(page, "report")
