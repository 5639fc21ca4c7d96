import pytest
from django.urls import reverse

from integrations.connections.models import Connection
from integrations.runs.models import Run
from reconpro.company.models import Company
from tests.factories import a_connection

# Their asserts tell the values, as those of the tests do.
for steps in ("both_worlds", "steps_of_people", "steps_of_runs"):
    pytest.register_assert_rewrite(f"tests.reconcile.{steps}")


@pytest.fixture
def connection(company: Company) -> Connection:
    return a_connection(company)


@pytest.fixture
def page(client_of, accountant):
    """The page of a check, as the accountant sees it: its text."""

    def get(run: Run, **query: str) -> str:
        response = client_of(accountant).get(reverse("check", args=[run.pk]), query)
        assert response.status_code == 200
        return response.content.decode()

    return get


@pytest.fixture
def post(client_of, accountant):
    def send(name: str, run: Run, **data: object) -> str:
        response = client_of(accountant).post(reverse(name, args=[run.pk]), data, follow=True)
        assert response.status_code == 200
        return response.content.decode()

    return send
