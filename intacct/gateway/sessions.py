"""A session with the gateway: in memory only, renewed before it ends (gateway reference 2.3)."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from intacct.gateway.answers import Answer, ResultPart
from intacct.gateway.errors import ProtocolFault, SignInRefused
from intacct.gateway.settings import Credentials

SHORTEST_MARGIN_SECONDS = 60


@dataclass(frozen=True)
class SignIn:
    """Where a sign-in led: company, user, entity ("" is the whole company), and the later address."""

    company_id: str
    user_id: str
    entity_id: str
    endpoint: str
    session_timeout: datetime | None


@dataclass
class Session:
    """``ends_at`` is by the client's own timer, so that a wrong clock on either side does no harm."""

    session_id: str = field(repr=False)
    sign_in: SignIn
    duration_seconds: float | None = None
    ends_at: float | None = None

    def touch(self, answer: Answer, *, timer: float, now: datetime) -> None:
        """Take over the new end that every answer tells: each call makes the session longer."""
        seconds = answer.session_seconds
        if seconds is None and answer.session_timeout is not None:
            seconds = (answer.session_timeout - now).total_seconds()
        if seconds is None:
            return
        # Whether later answers stamp the session's beginning or the answer's is told nowhere; at the
        # sign-in it is the same moment, and no call makes the session longer than it was then.
        self.duration_seconds = min(self.duration_seconds or seconds, seconds)
        self.ends_at = timer + self.duration_seconds

    def is_ending(self, timer: float) -> bool:
        """Whether it is better to sign in again than to rely on it."""
        if self.ends_at is None or self.duration_seconds is None:
            return False
        # A tenth, at least a minute; but of a very short session never more than half.
        margin = max(SHORTEST_MARGIN_SECONDS, self.duration_seconds / 10)
        return timer > self.ends_at - min(margin, self.duration_seconds / 2)


def _check_same(what: Literal["company", "entity"], asked: str, answered: str | None) -> None:
    """Never work in other books than those asked for (spec S-7); an answer that is silent passes."""
    if answered is not None and answered.strip().casefold() != asked.strip().casefold():
        raise SignInRefused(
            f"The sign-in led to another {what} than the one in the settings.",
            advice=f"Check the {what} in the settings.",
            level="authentication",
            culprit=what,
        )


def session_id_of(result: ResultPart) -> str:
    """The session's id in the result of a sign-in; "" if there is none."""
    found = None if result.data is None else result.data.findtext("api/sessionid")
    return (found or "").strip()


def session_in(answer: Answer, result: ResultPart, credentials: Credentials, address: str) -> Session:
    """The session that a sign-in at ``address`` opened; ProtocolFault if the answer holds none."""
    api = None if result.data is None else result.data.find("api")
    session_id = session_id_of(result)
    if api is None or not session_id:
        raise ProtocolFault("The sign-in was answered without a session.", level="protocol")
    authentication = answer.authentication
    _check_same("company", credentials.company_id, authentication.findtext("companyid"))
    if credentials.entity_id:
        _check_same("entity", credentials.entity_id, api.findtext("locationid"))
    return Session(
        session_id,
        SignIn(
            company_id=authentication.findtext("companyid") or credentials.company_id,
            user_id=authentication.findtext("userid") or credentials.user_id,
            entity_id=api.findtext("locationid") or authentication.findtext("locationid") or "",
            endpoint=(api.findtext("endpoint") or "").strip() or address,
            session_timeout=answer.session_timeout,
        ),
    )
