"""A worker killed by SIGKILL in the middle of each operation loses and doubles nothing (R-3, R-5, X-5)."""

from decimal import Decimal

import pytest

from tests.product import Product, Visitor

pytestmark = [pytest.mark.worker, pytest.mark.xdist_group("processes")]

SETTINGS = "/company/intacct/"
TABLES = {
    "Import Customers": ("customers", "company_client"),
    "Import Services": ("services", "company_service"),
    "Import Employees": ("employees", "company_employee"),
}


def last_run(product: Product, operation: str, column: str = "outcome") -> object:
    return product.value(
        f"SELECT {column} FROM integrations_run WHERE operation = '{operation}' ORDER BY id DESC LIMIT 1"
    )


def wait_until_ended(product: Product, operation: str) -> str:
    return product.wait_for(f"the end of {operation}", lambda: last_run(product, operation))


def wait_until_asking(product: Product, function: str) -> None:
    """Until the simulator is at work on this function, and answers slowly."""
    product.wait_for(f"{function} to be asked", lambda: product.simulator.state()["running"] > 0)


@pytest.mark.parametrize("button", TABLES)
def test_an_import_whose_worker_dies_changes_nothing_and_can_be_started_again(shared_product, button):
    product = shared_product
    operation, table = TABLES[button]
    before = product.value(f"SELECT count(*) FROM {table}")
    admin = Visitor(product)
    product.simulator.tell(latency_ms=1500)
    admin.press(SETTINGS, button)
    product.wait_for("the run to start", lambda: last_run(product, operation, "started_at"))
    wait_until_asking(product, button)
    product.kill_worker()

    product.simulator.tell(latency_ms=0)
    product.start_worker()
    assert wait_until_ended(product, operation) == "interrupted"
    assert (
        last_run(product, operation, "message")
        == "Stopped by a server restart; nothing was half done. Start again."
    )
    assert product.value(f"SELECT count(*) FROM {table}") == before

    admin.press(SETTINGS, button)
    assert wait_until_ended(product, operation) in ("succeeded", "warned")
    assert product.value(f"SELECT count(*) FROM {table}") > before


def test_an_export_whose_worker_dies_sends_each_invoice_exactly_once(shared_product):
    product = shared_product
    for operation in ("customers", "services", "employees"):
        product.manage("intacct_run", operation, "--company", "demo", "--json")
    product.manage("sample_invoices", "--company", "demo", "--count", "30", "--lines", "2", "--seed", "3")
    admin = Visitor(product)
    product.simulator.tell(latency_ms=2000)
    admin.press("/operations/invoices/export/", "Export Invoices")
    product.wait_for("invoices on their way", lambda: exports_in_state(product, "= 'sending'"))
    wait_until_asking(product, "create_sotransaction")
    product.kill_worker()

    product.simulator.tell(latency_ms=0)
    product.start_worker()
    assert wait_until_ended(product, "invoices") == "interrupted"
    for _ in range(5):  # what was under way is asked for first; it may take a second look
        if exports_in_state(product, "= 'exported'") == 30:
            break
        product.manage("intacct_run", "invoices", "--company", "demo", "--json")

    assert exports_in_state(product, "= 'exported'") == 30
    assert exports_in_state(product, "<> 'exported'") == 0
    documents = product.simulator.state()["documents"]
    assert documents["count"] == 30
    totals = [Decimal(str(total)) for (total,) in product.rows("SELECT total FROM invoices_invoice")]
    assert Decimal(documents["total"]) == sum(totals)


def exports_in_state(product: Product, condition: str) -> int:
    return int(product.value(f"SELECT count(*) FROM integrations_invoiceexport WHERE state {condition}"))
