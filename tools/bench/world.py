"""The customers at the gateway, a simulator in a process of its own, and what becomes of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tools.bench.measured import measure
from tools.simulating import RunningSimulator, simulator

SHARE = 100  # one in so many changes, or goes


class World:
    """`customers` at a gateway; after a change, a loss and `replace_lost` they are as many again."""

    def __init__(self, running: RunningSimulator, customers: int) -> None:
        self.running = running
        self.customers = customers
        self._round = 0

    @property
    def url(self) -> str:
        return self.running.url

    def measure(self, name: str, database_url: str, **environment: str) -> dict[str, Any]:
        """One measurement against it, with the processor seconds that the simulator itself took."""
        self.running.tell(reset_counters=True)
        found = measure(name, self.url, database_url, **environment)
        found["simulator_seconds"] = self.running.state()["seconds_serving"]
        return found

    def change(self) -> int:
        """Rename one in a hundred; how many."""
        self._round += 1
        chosen = self._chosen(self._round + SHARE // 2)
        named = [
            {"object": "CUSTOMER", "id": customer, "fields": {"NAME": f"Renamed {self._round} {customer}"}}
            for customer in chosen
        ]
        self.running.tell(set=named)
        return len(named)

    def lose(self) -> int:
        """Delete one in a hundred, others in each round; how many."""
        gone = [{"object": "CUSTOMER", "id": customer} for customer in self._chosen(self._round)]
        self.running.tell(delete=gone)
        return len(gone)

    def replace_lost(self, number: int) -> None:
        added = {"object": "CUSTOMER", "id": f"N{self._round}-", "count": number}
        self.running.tell(add={**added, "fields": {"NAME": f"New in round {self._round}"}})

    def let_some_be_alike(self) -> None:
        """Two names of two customers each, without an address that would tell them apart."""
        parts = ("ADDRESS1", "ADDRESS2", "CITY", "STATE", "ZIP", "COUNTRY")
        nowhere = {f"BILLTOCONTACT.MAILADDRESS.{part}": "" for part in parts}
        self.running.tell(
            set=[
                {"object": "CUSTOMER", "id": f"C-{number:05d}", "fields": {"NAME": name, **nowhere}}
                for number, name in enumerate(("One", "One", "Other", "Other"), start=1)
            ]
        )

    def _chosen(self, remainder: int) -> list[str]:
        numbers = range(remainder % SHARE or SHARE, self.customers + 1, SHARE)
        return [f"C-{number:05d}" for number in numbers]


@contextmanager
def world(customers: int, **options: object) -> Iterator[World]:
    with simulator(customers=customers, items=10, employees=10, seconds=300, **options) as running:
        yield World(running, running.state()["customers"]["total"])
