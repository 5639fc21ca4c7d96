"""Whose turn it is to speak to a company's gateway (G-3): one request at a time, over all processes."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from integrations.runs.models import GatewayTurn
from reconpro.company.models import Company

POLL_SECONDS = 0.2


class TurnTaken(Exception):
    """Somebody else is speaking to the gateway; the text is a sentence that names `who`."""

    def __init__(self, who: str) -> None:
        super().__init__(f"{who} is using the connection. Try again when it has finished.")
        self.who = who


class TurnLost(Exception):
    """The turn expired and went to somebody else: send nothing more."""


@dataclass(frozen=True)
class Turn:
    """A turn that is held. Renew it before each request."""

    company_id: int
    holder: str

    def renew(self) -> None:
        """Hold it for another GATEWAY_TURN_SECONDS; raises TurnLost if somebody else has it by now.

        May be called from a thread that fetches ahead, which closes its own database connection
        when it ends; not inside a transaction, which would make others wait for its end.
        """
        mine = GatewayTurn.objects.filter(company_id=self.company_id, holder=self.holder)
        if not mine.update(expires_at=_expiry()):
            raise TurnLost("The connection was given to somebody else because this one was silent too long.")

    def release(self) -> None:
        GatewayTurn.objects.filter(company_id=self.company_id, holder=self.holder).update(
            holder="", holder_label="", expires_at=timezone.now()
        )


@contextmanager
def gateway_turn(company: Company, label: str, wait_seconds: float | None = None) -> Iterator[Turn]:
    """Hold the company's turn for the length of the block; `label` names the holder in others' sentences:
    an operation's label, or "Test Connection".

    Waits `wait_seconds` for others (GATEWAY_TURN_WAIT_SECONDS if None), then raises TurnTaken.
    """
    wait = settings.GATEWAY_TURN_WAIT_SECONDS if wait_seconds is None else wait_seconds
    turn = Turn(company.pk, secrets.token_hex(16))
    GatewayTurn.objects.get_or_create(company=company)
    give_up_at = time.monotonic() + wait
    while not _take(turn, label):
        if time.monotonic() >= give_up_at:
            raise TurnTaken(_who_has_it(company))
        time.sleep(min(POLL_SECONDS, max(give_up_at - time.monotonic(), 0.01)))
    try:
        yield turn
    finally:
        turn.release()


def _take(turn: Turn, label: str) -> bool:
    free = Q(holder="") | Q(expires_at__lt=timezone.now())
    return bool(
        GatewayTurn.objects.filter(free, company_id=turn.company_id).update(
            holder=turn.holder, holder_label=label[:80], expires_at=_expiry()
        )
    )


def _who_has_it(company: Company) -> str:
    label = GatewayTurn.objects.filter(company=company).values_list("holder_label", flat=True).first()
    return label or "Something else"


def _expiry() -> datetime:
    return timezone.now() + timedelta(seconds=settings.GATEWAY_TURN_SECONDS)
