import pytest

from integrations.connections.models import Connection
from reconpro.company.models import Company
from tests.factories import a_connection

# Their asserts tell the values, as those of the tests do.
for steps in ("both_worlds", "steps_of_people", "steps_of_runs"):
    pytest.register_assert_rewrite(f"tests.reconcile.{steps}")


@pytest.fixture
def connection(company: Company) -> Connection:
    return a_connection(company)
