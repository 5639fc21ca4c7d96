"""What reading a long list costs: pages billed, and the simulator tells its own time (spec 8, G-2)."""

import pytest

from intacct.gateway import AddressRule, Client, Credentials, Version
from intacct.mapping.clients import CUSTOMERS
from tests.simulator_process import (
    COMPANY_ID,
    SENDER_ID,
    SENDER_PASSWORD,
    USER_ID,
    USER_PASSWORD,
    start_simulator,
)

COUNT = 6_000
CREDENTIALS = Credentials(SENDER_ID, SENDER_PASSWORD, USER_ID, COMPANY_ID, USER_PASSWORD)


@pytest.fixture(scope="module")
def simulator():
    with start_simulator(customers=COUNT) as running:
        yield running


@pytest.mark.parametrize(
    ("version", "pages"), [(Version.V3_0, 3), (Version.V2_1, 7)]
)  # 2.1: pages of 1,000 that overlap by a row
def test_a_page_is_one_transaction_and_the_time_of_serving_is_told(simulator, version, pages):
    """As the import job reads them: all its fields. How the times compare is told by `make bench-read`."""
    listing = CUSTOMERS.listing(version)
    rule = AddressRule(allow_loopback_http=True)
    with Client(simulator.url, CREDENTIALS, version, address_rule=rule) as client:
        client.sign_in()  # the schema of the version is read once, by the first request
        simulator.tell(reset_counters=True)
        read = sum(len(list(page.records)) for page in client.pages(listing))

    state = simulator.state()
    assert read == COUNT
    assert state["billable_transactions"] == pages
    assert state["seconds_serving"] > 0
