"""The simulator's own share of the time is small enough to measure a client against it (spec 8)."""

import time

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

COUNT = 20_000
CREDENTIALS = Credentials(SENDER_ID, SENDER_PASSWORD, USER_ID, COMPANY_ID, USER_PASSWORD)


@pytest.fixture(scope="module")
def simulator():
    with start_simulator(customers=COUNT) as running:
        yield running


@pytest.mark.parametrize(("version", "pages"), [(Version.V3_0, 10), (Version.V2_1, 20)])
def test_customers_are_served_three_times_as_fast_as_our_client_reads_them(simulator, version, pages):
    """As the import job reads them: all its fields. Processor time of both, so that others don't count."""
    listing = CUSTOMERS.listing(version)
    rule = AddressRule(allow_loopback_http=True)
    with Client(simulator.url, CREDENTIALS, version, address_rule=rule) as client:
        client.sign_in()  # the schema of the version is read once, by the first request
        simulator.tell(reset_counters=True)
        begun = time.process_time()
        read = sum(len(list(page.records)) for page in client.pages(listing))
        reading = time.process_time() - begun

    state = simulator.state()
    assert read == COUNT
    assert state["billable_transactions"] == pages
    assert 0 < state["seconds_serving"] * 3 < reading
