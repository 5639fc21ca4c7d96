"""Celery's decorators with types."""

from collections.abc import Callable
from typing import Any, cast

from celery import shared_task

Task = Any  # what Celery makes of a function: called, or sent by `apply_async`


def task(name: str) -> Callable[[Callable[..., None]], Task]:
    """A task under this name, whose arguments are ids and whose result nobody asks for."""
    return cast(Callable[[Callable[..., None]], Task], shared_task(name=name))
