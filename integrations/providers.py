"""The providers of accounting integrations, and what each must bring.

A provider is one app beside `intacct/`; it registers itself when it is ready, and nothing here
changes for a second one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from integrations.runs.models import Operation

if TYPE_CHECKING:
    from integrations.connections.models import Connection
    from integrations.exports.rules import ExportRules
    from integrations.runs.context import RunContext
    from reconpro.company.models import Company, User


@dataclass(frozen=True)
class Addressees:
    """Who is told by e-mail of runs that nobody watched; with `only_trouble` not of those that went well."""

    addresses: tuple[str, ...] = ()
    only_trouble: bool = True


NOBODY = Addressees()


@dataclass(frozen=True)
class Provider:
    """What an accounting system's app brings.

    `missing_subscription` and `not_ready` answer a sentence's worth of why not, or "".
    `jobs` carry out an operation; they raise `runs.context.RunFailed` for what an admin can mend.
    """

    name: str  # "intacct": stored on runs and connections
    label: str  # "Intacct": in sentences
    settings_url_name: str
    missing_subscription: Callable[[Company], str]
    not_ready: Callable[[Company, Operation], str]
    open_connection: Callable[[Company], Connection | None]
    export_rules: Callable[[Company], ExportRules]
    # Keep from which date on invoices are exported; recorded in the audit.
    set_export_start: Callable[[Company, date, User | None], None]
    jobs: Mapping[Operation, Callable[[RunContext], None]]
    # What of the settings an import depends on, in at most 64 characters: a check is out of date when it
    # changes (I-9).
    import_settings: Callable[[Company], str] = lambda company: ""
    addressees: Callable[[Company], Addressees] = lambda company: NOBODY


_providers: dict[str, Provider] = {}


def register(provider: Provider) -> None:
    """Make a provider known. Its app calls this when it is ready, then `pages.show_report_of`."""
    _providers[provider.name] = provider


def provider_named(name: str) -> Provider:
    """Raises KeyError for a name that no app registered."""
    return _providers[name]


def providers() -> list[Provider]:
    return list(_providers.values())
