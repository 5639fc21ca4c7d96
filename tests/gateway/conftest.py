"""The scripted gateway, and what an invoice looks like."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
import responses

from intacct.gateway import CreateSalesTransaction, SalesLine, Version
from tests.gateway.fake import FakeGateway
from tests.gateway.in_process import Simulator, a_simulator
from tests.gateway.wire import Wire, a_wire


@pytest.fixture
def gateway() -> Iterator[FakeGateway]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield FakeGateway(mock)


@pytest.fixture
def wire() -> Iterator[Wire]:
    with a_wire() as running:
        yield running


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with a_simulator() as running:
        yield running


@pytest.fixture(params=list(Version), ids=str)
def version(request: pytest.FixtureRequest) -> Version:
    found: Version = request.param
    return found


@pytest.fixture
def invoice() -> CreateSalesTransaction:
    return CreateSalesTransaction(
        transaction_type="Sales Invoice",
        date_created=date(2026, 11, 20),
        date_posted=date(2026, 11, 21),
        customer_id="C-00120",
        document_no="RP-104233",
        reference_no="STK-88121",
        term_name="Net 30",
        date_due=date(2026, 12, 20),
        message="Thank you & come again",
        ship_to="Valley Motors Lot B",
        bill_to="Valley Motors AP",
        external_id="reconpro-104233",
        lines=(
            SalesLine(
                item_id="DETAIL-FULL",
                item_desc="Full detail",
                quantity=Decimal("1"),
                unit="Each",
                price=Decimal("185.00"),
                location_id="EBU",
                department_id="200",
                memo="VIN 1HGCM82633A004352",
                employee_id="E-00148",
            ),
        ),
    )
