"""A simulator per test, over real HTTP in a thread of this process: a new world takes milliseconds."""

import threading
from collections.abc import Iterator

import pytest

from intacct.simulator import schemas
from intacct.simulator.gateway import Gateway
from intacct.simulator.server import SimulatorServer
from intacct.simulator.world import Size, World

from .talking import Talker


@pytest.fixture(autouse=True)
def _needs_schemas(request: pytest.FixtureRequest) -> None:
    if request.node.get_closest_marker("schemas") and not schemas.available():
        pytest.skip("schemas absent")


def serve(size: Size | None = None) -> Iterator[Talker]:
    """Serve a new world until the generator is closed."""
    server = SimulatorServer(0, Gateway(World(size)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    talker = Talker(server.url)
    talker.sessions = server.gateway.sessions
    talker.companies = server.gateway.world.companies
    try:
        yield talker
    finally:
        talker.http.close()
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def gateway() -> Iterator[Talker]:
    """The default world: 60 customers, 25 items, 20 employees."""
    yield from serve()


@pytest.fixture
def large_gateway() -> Iterator[Talker]:
    """Enough customers for three pages of `query` and five of `get_list`."""
    yield from serve(Size(customers=4600, items=40, employees=120))
