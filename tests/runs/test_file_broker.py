"""The broker of files hands a message on whole, however many send and receive at once (R-6)."""

import threading
import time

import pytest
from kombu import Connection
from kombu.transport import filesystem
from kombu.transport.virtual import BrokerState

from reconpro import celery as wiring
from reconpro import file_broker


@pytest.fixture
def broker(tmp_path, monkeypatch):
    # Which queues are bound where is remembered for the whole process, whatever the folder.
    monkeypatch.setattr(filesystem.Transport, "global_state", BrokerState())
    (tmp_path / "control").mkdir()
    folders = {"data_folder_in": str(tmp_path), "data_folder_out": str(tmp_path)}
    options = {**folders, "control_folder": str(tmp_path / "control")}
    return lambda: Connection("filesystem://localhost/", transport_options=options)


def test_filesystem_means_ours(broker):
    assert wiring.app
    assert isinstance(broker().transport, file_broker.Transport)


def test_a_message_that_is_only_half_written_is_not_read(broker, tmp_path, monkeypatch):
    """As long as it has no name of a message, nobody looks at it."""
    renamed = []
    monkeypatch.setattr("pathlib.Path.rename", lambda self, target: renamed.append((self, target)))
    with broker() as connection, connection.SimpleQueue("celery") as queue:
        queue.put({"id": 1})
        with pytest.raises(queue.Empty):
            queue.get(block=False)
        monkeypatch.undo()
        for unfinished, target in renamed:
            unfinished.rename(target)

        assert queue.get(block=False).payload == {"id": 1}


def test_many_senders_and_receivers_lose_and_break_nothing(broker):
    number, received, troubles = 200, [], []
    done = threading.Event()

    def send(sender):
        with broker() as connection, connection.SimpleQueue("celery") as queue:
            for each in range(number):
                queue.put([sender, each])

    def receive():
        try:
            with broker() as connection, connection.SimpleQueue("celery") as queue:
                while not done.is_set() or len(received) < 2 * number:
                    try:
                        message = queue.get(block=False)
                    except queue.Empty:
                        time.sleep(0.001)
                        continue
                    received.append(tuple(message.payload))
                    message.ack()
        except Exception as trouble:
            troubles.append(trouble)

    receivers = [threading.Thread(target=receive, daemon=True) for _ in range(2)]
    senders = [threading.Thread(target=send, args=(sender,)) for sender in range(2)]
    for thread in [*receivers, *senders]:
        thread.start()
    for thread in senders:
        thread.join()
    done.set()
    for thread in receivers:
        thread.join(timeout=30)

    assert troubles == []
    assert sorted(received) == [(sender, each) for sender in range(2) for each in range(number)]


def test_a_table_that_another_worker_is_writing_is_waited_for(broker, monkeypatch):
    calls = []

    def not_yet(self, *arguments):
        calls.append(arguments)
        if len(calls) < 3:
            raise file_broker.JSONDecodeError("Expecting value", "", 0)

    monkeypatch.setattr(filesystem.Channel, "_queue_bind", not_yet)
    monkeypatch.setattr(file_broker, "PAUSE_SECONDS", 0)
    with broker() as connection:
        connection.channel()._queue_bind("exchange", "key", "", "queue")

    assert len(calls) == 3


def test_a_sender_waits_for_a_table_that_another_process_has_just_made(broker, tmp_path):
    """A message that is sent at that moment arrives."""
    with broker() as connection, connection.SimpleQueue("celery") as queue:
        (table,) = (tmp_path / "control").glob("*.exchange")
        filled = table.read_bytes()
        table.write_bytes(b"")
        other = threading.Timer(0.2, lambda: table.write_bytes(filled))
        other.start()

        queue.put({"id": 1})

        other.join()
        assert queue.get(timeout=5).payload == {"id": 1}
