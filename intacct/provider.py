"""Intacct as a provider of `integrations`."""

from datetime import date

from intacct.configuration import PROVIDER, missing_fields, save_settings, settings_of
from intacct.connecting import address_rule
from intacct.gateway import AddressRefused
from intacct.mapping.export_rules import export_rules_of
from intacct.subscription import missing_for_intacct
from integrations import providers
from integrations.connections.models import Connection
from integrations.connections.service import current_connection
from integrations.exports.rules import ExportRules
from integrations.runs.context import RunContext
from integrations.runs.models import Operation
from reconpro.company.models import Company, User


def register() -> None:
    """Make Intacct known to `integrations`."""
    providers.register(
        providers.Provider(
            name=PROVIDER,
            label="Intacct",
            settings_url_name="intacct-settings",
            missing_subscription=missing_for_intacct,
            not_ready=not_ready,
            open_connection=open_connection,
            export_rules=export_rules,
            set_export_start=set_export_start,
            jobs={
                Operation.IMPORT_CUSTOMERS: _import_customers,
                Operation.IMPORT_SERVICES: _import_services,
                Operation.IMPORT_EMPLOYEES: _import_employees,
                Operation.EXPORT_INVOICES: _export_invoices,
            },
        )
    )


def not_ready(company: Company, operation: Operation, *, before_preview: bool = False) -> str:
    """A sentence about what the settings lack for this operation; "" if nothing.

    An export's preview may be opened without a start date: it asks for it.
    """
    settings = settings_of(company)
    if missing := missing_fields(settings):
        names = " and ".join(filter(None, [", ".join(missing[:-1]), missing[-1]]))
        return f"Intacct Integration Settings: {names} not entered yet."
    try:
        address_rule().check(settings.post_url)
    except AddressRefused as refusal:
        return f"Intacct Integration Settings: Post URL can't be used. {refusal.message}"
    if operation == Operation.IMPORT_EMPLOYEES:  # I-6
        if settings.default_team is None:
            return "Choose a Default Team in the settings first: each new employee is assigned to it."
        if settings.default_team.archived_at is not None:
            return (
                f"The Default Team, {settings.default_team}, is archived. Choose another one in the settings."
            )
    if operation == Operation.EXPORT_INVOICES and not before_preview and settings.export_start is None:
        return "Set the date from which on invoices are exported first."
    return ""


def open_connection(company: Company) -> Connection | None:
    return current_connection(company, PROVIDER)


def export_rules(company: Company) -> ExportRules:
    return export_rules_of(settings_of(company))


def set_export_start(company: Company, day: date, by: User | None) -> None:
    """From which day on invoices are exported (X-1); recorded like every change of settings."""
    save_settings(company, {"export_start": day}, secrets={}, by=by)


# What a job needs (mapping, stages, documents) is loaded by the process that carries it out.


def _import_customers(context: RunContext) -> None:
    from intacct.jobs.imports import import_customers

    import_customers(context)


def _import_services(context: RunContext) -> None:
    from intacct.jobs.imports import import_services

    import_services(context)


def _import_employees(context: RunContext) -> None:
    from intacct.jobs.imports import import_employees

    import_employees(context)


def _export_invoices(context: RunContext) -> None:
    from intacct.jobs.exports import export_invoices

    export_invoices(context)
