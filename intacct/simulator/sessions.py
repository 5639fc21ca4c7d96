"""API sessions: opaque, sliding, each bound to a company, a user and an entity."""

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

# A zone of its own, so that a client that compares naive local times is found out.
GATEWAY_ZONE = timezone(timedelta(hours=-8))


@dataclass
class Session:
    """Who is signed in, and until when. `id` is empty for a sign-in that lasts for one request."""

    id: str
    company: str
    user: str
    entity: str
    opened: float
    expires: float

    def stamps(self) -> tuple[str, str]:
        """sessiontimestamp and sessiontimeout, ISO 8601 with offset."""
        return _iso(self.opened), _iso(self.expires)


def _iso(moment: float) -> str:
    local = datetime.fromtimestamp(moment, UTC).astimezone(GATEWAY_ZONE)
    return local.isoformat(timespec="seconds")


class Sessions:
    """The open sessions of the whole gateway."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock
        self._open: dict[str, Session] = {}
        self._lock = threading.Lock()

    def for_one_request(self, company: str, user: str, entity: str, seconds: float) -> Session:
        now = self.clock()
        return Session("", company, user, entity, now, now + seconds)

    def open(self, company: str, user: str, entity: str, seconds: float) -> Session:
        session = self.for_one_request(company, user, entity, seconds)
        session.id = f"{secrets.token_urlsafe(24)}.."
        with self._lock:
            self._open[session.id] = session
            self._drop_expired()
        return session

    def find(self, session_id: str) -> Session | None:
        """The open session of that id; an expired one is gone for good."""
        with self._lock:
            self._drop_expired()
            return self._open.get(session_id)

    def slide(self, session: Session, seconds: float) -> None:
        """Each call starts the time-out anew."""
        session.expires = self.clock() + seconds

    def forget(self, session_ids: list[str]) -> None:
        with self._lock:
            for session_id in session_ids:
                self._open.pop(session_id, None)

    def expire_all(self) -> None:
        with self._lock:
            self._open.clear()

    def __len__(self) -> int:
        with self._lock:
            self._drop_expired()
            return len(self._open)

    def _drop_expired(self) -> None:
        now = self.clock()
        for session_id in [each.id for each in self._open.values() if each.expires <= now]:
            del self._open[session_id]
