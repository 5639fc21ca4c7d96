"""A client that dies in the middle of its request."""

import socket
from urllib.parse import urlsplit

from .talking import envelope


def test_half_a_request_of_a_client_that_died_is_no_request(gateway):
    where = urlsplit(gateway.url)
    body = envelope("<getAPISession/>")
    head = f"POST {where.path} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
    with socket.create_connection((where.hostname, where.port), timeout=20) as client:
        client.sendall(head.encode() + body[: len(body) // 2])
        client.shutdown(socket.SHUT_WR)

        assert client.recv(100) == b""

    state = gateway.state()
    assert (state["gateway_requests"], state["invalid_requests"]) == (0, [])
