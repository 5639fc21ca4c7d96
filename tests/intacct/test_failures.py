"""What people read when the gateway refuses: always what is wrong, and what to do about it (R-3, S-4)."""

from collections.abc import Iterator

import pytest

from intacct.failures import in_words
from intacct.gateway import GatewayError, errors
from intacct.gateway.error_rows import ROWS, UNCLEAR_DOCUMENT, UNKNOWN
from intacct.gateway.http_rows import HTTP_ROWS, OTHER_HTTP, REDIRECT, SERVER_FAULT
from integrations.runs.context import RunFailed
from integrations.runs.models import Operation
from reconpro.company.models import Client

CUSTOMERS = Operation.IMPORT_CUSTOMERS
ALL_ROWS = [
    *ROWS,
    UNCLEAR_DOCUMENT,
    *UNKNOWN.values(),
    *HTTP_ROWS.values(),
    OTHER_HTTP,
    REDIRECT,
    SERVER_FAULT,
]


def every_kind(kind: type[GatewayError] = GatewayError) -> Iterator[type[GatewayError]]:
    yield kind
    for narrower in kind.__subclasses__():
        yield from every_kind(narrower)


@pytest.mark.parametrize("kind", list(every_kind()), ids=lambda kind: kind.__name__)
def test_r3_every_kind_of_refusal_has_advice_even_where_none_was_given(kind):
    message, advice = in_words(kind("Something was wrong."))

    assert "Something was wrong." in message
    assert advice.strip().endswith(".")
    assert kind("Something was wrong.").advice


@pytest.mark.parametrize("row", ALL_ROWS, ids=lambda row: row.message[:50])
def test_r3_every_row_of_the_table_has_a_sentence_and_advice(row):
    assert row.message.strip()
    assert row.advice.strip()


def test_every_error_module_name_is_a_kind_that_was_looked_at():
    named = {value for value in vars(errors).values() if isinstance(value, type)}

    assert {kind for kind in named if issubclass(kind, GatewayError)} == set(every_kind())


@pytest.mark.django_db
def test_r3_a_throttled_run_says_what_to_do(connect, carry_out, simulator, settings):
    settings.GATEWAY_READ_RETRIES = 0
    connect(simulator)
    simulator.fault("rate_text", object="CUSTOMER")

    with pytest.raises(RunFailed) as failure:
        carry_out(CUSTOMERS)

    assert "too many requests" in failure.value.message
    assert "in a few minutes" in failure.value.advice
    assert not Client.objects.exists()


@pytest.mark.django_db
def test_s3_a_refused_endpoint_is_told_as_what_it_is_and_where_the_passwords_went(
    connect, carry_out, simulator
):
    connect(simulator)
    simulator.fault("foreign_endpoint")

    with pytest.raises(RunFailed) as failure:
        carry_out(CUSTOMERS)

    told = f"{failure.value.message} {failure.value.advice}"
    assert "Nothing was sent, because" not in told
    assert "The passwords were sent to the address in Post URL" in failure.value.message
    assert "nothing was sent to the address that it answered" in failure.value.message
    assert "change both passwords" in failure.value.advice


def test_s3_a_refused_post_url_got_nothing():
    message, advice = in_words(errors.AddressRefused("The host evil.example is not allowed."))

    assert message.startswith("Nothing was sent, because of the address in Post URL.")
    assert "Check Post URL" in advice


@pytest.mark.django_db
@pytest.mark.parametrize(("entity", "is_named"), [("", False), ("EBU", True)])
def test_s4_the_entity_is_named_only_where_one_is_set(connect, carry_out, simulator, entity, is_named):
    connect(simulator, auth_user_id="nobody", entity=entity)

    with pytest.raises(RunFailed) as failure:
        carry_out(CUSTOMERS)

    assert ("entity" in f"{failure.value.message} {failure.value.advice}") is is_named
    assert "the user, its password" in failure.value.message
    assert "company" in failure.value.message
