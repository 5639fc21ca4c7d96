"""A simulator in a thread of the test, over real HTTP, and clients that talk to it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests

from intacct.gateway import AddressRule, Client, Credentials, Limits, RequestRecord, Version
from intacct.simulator.gateway import Gateway
from intacct.simulator.server import SimulatorServer
from intacct.simulator.world import Size, World

CREDENTIALS = Credentials("recon_sender", "sender-secret", "recon_ws", "ACME-SANDBOX", "user-secret")
LOOPBACK = AddressRule(allow_loopback_http=True)


class Simulator:
    """A simulator of its own for one test, and clients that talk to it."""

    def __init__(self, server: SimulatorServer) -> None:
        self.url = server.url
        self.http = requests.Session()
        self.slept: list[float] = []
        self.records: list[RequestRecord] = []

    def tell(self, **changes: Any) -> None:
        answer = self.http.post(self.url.replace("/ia/xml/xmlgw.phtml", "/control"), json=changes, timeout=5)
        assert answer.ok, answer.text

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = self.http.get(
            self.url.replace("/ia/xml/xmlgw.phtml", "/control"), timeout=5
        ).json()
        return found

    def client(self, version: Version, credentials: Credentials = CREDENTIALS, **changes: Any) -> Client:
        settings: dict[str, Any] = {
            "address_rule": LOOPBACK,
            "http": self.http,
            "sleep": self.slept.append,
            "on_request": self.records.append,
            "limits": Limits(connect_timeout_seconds=2, read_timeout_seconds=5),
        }
        return Client(self.url, credentials, version, **(settings | changes))


@contextmanager
def a_simulator() -> Iterator[Simulator]:
    server = SimulatorServer(0, Gateway(World(Size(customers=60, items=10, employees=10))))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield Simulator(server)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
