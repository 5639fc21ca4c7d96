"""Advanced settings in a real browser: Intacct's lists are read without losing what was typed (S-5)."""

import pytest

from tests.journey.browser import browser_page, look
from tests.product import ADMINISTRATOR, PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.worker, pytest.mark.xdist_group("processes")]


def test_an_administrator_chooses_from_intacct_and_is_told_what_is_missing(shared_product):
    with browser_page() as page:
        page.goto(f"{shared_product.url}/sign-in/?next=/company/intacct/")
        page.fill("input[name=username]", ADMINISTRATOR)
        page.fill("input[name=password]", PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_text("Advanced", exact=True).click()
        page.fill("#id_auth_password", "typed-not-saved")
        page.fill("#id_default_terms", "Net 77")

        page.get_by_role("button", name="Read the lists from Intacct").click()
        page.get_by_text("Intacct's lists are read.").wait_for()

        assert page.input_value("#id_auth_password") == "typed-not-saved"  # only the lists were exchanged
        assert page.input_value("#id_default_terms") == "Net 77"
        assert page.evaluate("document.activeElement.id") == "read-lists"
        look(page, "advanced-settings")

        page.fill("#id_auth_password", "")
        page.select_option("#id_client_id_2_field", label="Region (RP_REGION)")
        page.select_option("#id_document_type", label="AR invoice")
        page.get_by_label("Import Customers", exact=True).check()
        page.get_by_role("button", name="Save Settings").click()
        page.get_by_text("or an account label below.").wait_for()
        look(page, "advanced-settings-refused")

        page.select_option("#id_document_type", label="Order Entry")
        page.get_by_role("button", name="Save Settings").click()
        page.get_by_text("Import Customers starts by itself every day at 5:00 AM.").wait_for()
        look(page, "advanced-settings-saved")
