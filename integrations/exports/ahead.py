"""The next batch, made ready while another one is on its way."""

from __future__ import annotations

from collections.abc import Iterator

from integrations.exports.states import Marked


class Ahead:
    """Batches one after the other; `prepare` makes the next one before it is asked for.

    What stops the run while it prepares (Cancel, a lost database) is kept and raised by `take`: the batch
    that is on its way gets its answer first.
    """

    def __init__(self, batches: Iterator[Marked]) -> None:
        self._batches = batches
        self._is_ready = False
        self._error: Exception | None = None
        self.prepared: Marked | None = None  # and not yet taken

    def prepare(self) -> None:
        """Make the next batch, unless that is done already."""
        if self._is_ready:
            return
        self._is_ready = True
        try:
            self.prepared = next(self._batches, None)
        except Exception as error:
            self._error = error

    def take(self) -> Marked | None:
        """The next batch, None after the last."""
        self.prepare()
        if self._error is not None:
            raise self._error
        taken, self.prepared, self._is_ready = self.prepared, None, False
        return taken
