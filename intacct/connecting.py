"""A client of the gateway, made of a company's settings."""

from collections.abc import Callable
from dataclasses import replace

from cryptography.fernet import InvalidToken
from django.conf import settings as deployment

from intacct.gateway import AddressRule, Client, Credentials, Limits, RequestRecord, Version
from intacct.models import IntacctSettings
from integrations.secrets.fields import Secret


class SecretsUnreadable(Exception):
    """The stored passwords can't be decrypted: the deployment lost the key that they were stored with."""


def address_rule() -> AddressRule:
    """Which addresses may receive the two passwords in this deployment (S-3)."""
    return AddressRule(
        allowed_domains=tuple(deployment.GATEWAY_ALLOWED_DOMAINS),
        allow_loopback_http=deployment.GATEWAY_ALLOW_LOOPBACK_HTTP,
    )


def version_of(settings: IntacctSettings) -> Version:
    return Version.parse(settings.dtd_version)


def run_limits() -> Limits:
    """How long and how often in a run, which nobody waits for."""
    return _within_the_turn(
        Limits(
            connect_timeout_seconds=deployment.GATEWAY_CONNECT_TIMEOUT_SECONDS,
            read_timeout_seconds=deployment.GATEWAY_READ_TIMEOUT_SECONDS,
            read_retries=deployment.GATEWAY_READ_RETRIES,
            first_backoff_seconds=deployment.GATEWAY_FIRST_BACKOFF_SECONDS,
            longest_backoff_seconds=deployment.GATEWAY_LONGEST_BACKOFF_SECONDS,
        )
    )


def test_limits() -> Limits:
    """The same while somebody waits in front of the page: short, and without repeating."""
    return _within_the_turn(
        Limits(
            connect_timeout_seconds=min(5, deployment.GATEWAY_CONNECT_TIMEOUT_SECONDS),
            read_timeout_seconds=min(15, deployment.GATEWAY_READ_TIMEOUT_SECONDS),
            answer_timeout_seconds=20,
            read_retries=0,
        )
    )


def _within_the_turn(limits: Limits) -> Limits:
    """No request may outlast the turn that is renewed before it (G-3): somebody else would speak meanwhile.

    At worst it takes the time to connect, then an answer that goes on to the end of its time, and then
    one more silence.
    """
    usable = deployment.GATEWAY_TURN_SECONDS * 0.98
    connect = min(limits.connect_timeout_seconds, usable / 20)
    read = min(limits.read_timeout_seconds, (usable - connect) / 2)
    answer = min(limits.answer_timeout_seconds, usable - connect - read)
    return replace(
        limits,
        connect_timeout_seconds=connect,
        read_timeout_seconds=read,
        answer_timeout_seconds=answer,
    )


def gateway_client(
    settings: IntacctSettings,
    *,
    on_request: Callable[[RequestRecord], None],
    before_request: Callable[[], None],
    limits: Limits | None = None,
) -> Client:
    """A client that isn't signed in yet; it does so with its first request. Raises SecretsUnreadable."""
    return Client(
        settings.post_url,
        Credentials(
            sender_id=settings.sender_id,
            sender_password=_revealed(settings.sender_password),
            user_id=settings.auth_user_id,
            company_id=settings.auth_company_id,
            user_password=_revealed(settings.auth_password),
            entity_id=settings.entity,
        ),
        version_of(settings),
        address_rule=address_rule(),
        limits=limits or run_limits(),
        on_request=on_request,
        before_request=before_request,
    )


def _revealed(secret: Secret) -> str:
    try:
        return secret.reveal()
    except InvalidToken:
        raise SecretsUnreadable(
            "The stored passwords can't be read any more: the key that protects them has changed."
        ) from None
