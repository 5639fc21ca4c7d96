import pytest

from integrations.connections.models import Connection
from reconpro.company.models import Company
from tests.factories import a_connection


@pytest.fixture
def connection(company: Company) -> Connection:
    return a_connection(company)
