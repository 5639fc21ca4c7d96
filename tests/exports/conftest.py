"""A company that may export: settings complete, the export start set."""

from datetime import date

import pytest

from intacct.configuration import save_settings
from tests import factories
from tests.exports.gateway import connected, one_simulator, quick, simulator
from tests.exports.ledger import Clock, Ledger

__all__ = ["connected", "one_simulator", "quick", "simulator"]  # fixtures


@pytest.fixture
def ready_company(company, administrator):
    """Settings complete, the export start set."""
    values = {
        "sender_id": "recon_sender",
        "auth_user_id": "recon_ws",
        "auth_company_id": "ACME-SANDBOX",
        "export_start": date(2020, 1, 1),
    }
    save_settings(company, values, secrets={"sender_password": "a", "auth_password": "b"}, by=administrator)
    company.refresh_from_db()
    return company


@pytest.fixture
def client(ready_company):
    return factories.a_client(ready_company, name="Valley Motors", accounting_id="C-00120", terms="Net 30")


@pytest.fixture
def service(ready_company):
    return factories.a_service(ready_company, name="Full Detail", accounting_id="DETAIL-FULL")


@pytest.fixture
def invoices(ready_company, client, service):
    def make(count=1, **fields):
        values = {"client": client, "lines": [{"service": service}], **fields}
        return [factories.an_invoice(ready_company, **values) for _ in range(count)]

    return make


@pytest.fixture
def browser(client_of, administrator):
    return client_of(administrator)


@pytest.fixture
def connection(company):
    return factories.a_connection(company)


@pytest.fixture
def ledger():
    return Ledger()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def small_batches(settings):
    settings.EXPORT_BATCH_SIZE = 3
    settings.EXPORT_READ_BACK_SECONDS = 60
    settings.RUN_PROGRESS_SECONDS = 0
