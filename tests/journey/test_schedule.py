"""A schedule with a real scheduler, worker and mail file: what is due starts by itself and is told (S-5)."""

import re

import pytest

from reconpro.celery import app

pytestmark = [pytest.mark.worker, pytest.mark.xdist_group("processes")]


def test_every_task_of_the_scheduler_is_known_to_the_workers(settings):
    app.loader.import_default_modules()

    named = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}

    assert {"integrations.schedules.tasks.start_due", "integrations.schedules.tasks.tell_waiting"} <= named
    assert named <= set(app.tasks)


def test_an_import_that_is_due_starts_by_itself_once_and_is_told_by_e_mail(product):
    product.configure("--schedule", "customers", "--notify", "books@demo.example", "--notify-when", "always")
    assert product.value("SELECT COUNT(*) FROM integrations_run") == 0

    product.execute("UPDATE integrations_schedule SET next_due = '2026-01-01 00:00:00'")

    product.wait_for(
        "the import to end",
        lambda: product.value("SELECT COUNT(*) FROM integrations_run WHERE outcome <> ''") == 1,
    )
    letters = product.wait_for("the e-mail", lambda: list((product.folder / "mail").glob("*")))
    assert product.rows("SELECT operation, started_from FROM integrations_run") == [("customers", "schedule")]
    assert product.value("SELECT COUNT(*) FROM company_client") == 60
    text = "".join(letter.read_text() for letter in letters)
    assert text.count("Subject:") == 1
    assert "To: books@demo.example" in text
    assert re.search(r"See it here: http://127.0.0.1:8000/\S+/1/", text)
