"""How many requests of one company may run at once (section 7 of the reference).

So many run, so many more wait their turn; what comes beyond that is held for a while in the hope of a
place, and then refused with HTTP 429 GW-0010. First come, first served.
"""

import threading
import time

LONGEST_WAIT = 600  # seconds; no request waits longer for its turn


class Limiter:
    """The line of one company's requests. The limits may change while requests wait."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._line: list[object] = []  # waiting and held, in the order in which they came
        self.running = 0
        self.refused = 0

    @property
    def waiting(self) -> int:
        """How many stand in the line, held ones included."""
        return len(self._line)

    def enter(self, *, running: int, waiting: int, hold_seconds: float) -> bool:
        """Wait for a turn under these limits; False if there was none in time. running 0: no limit."""
        ticket = object()
        begun = time.monotonic()
        with self._changed:
            self._line.append(ticket)
            try:
                while True:
                    place = self._line.index(ticket)
                    if running == 0 or (place == 0 and self.running < running):
                        self.running += 1
                        return True
                    limit = LONGEST_WAIT if place < waiting else hold_seconds
                    left = begun + limit - time.monotonic()
                    if left <= 0:
                        self.refused += 1
                        return False
                    self._changed.wait(left)
            finally:
                self._line.remove(ticket)
                self._changed.notify_all()

    def leave(self) -> None:
        with self._changed:
            self.running -= 1
            self._changed.notify_all()
