"""Intacct as a provider of `integrations`."""

import hashlib
import json
from datetime import date

from intacct.configuration import PROVIDER, missing_fields, save_settings, settings_of
from intacct.connecting import address_rule
from intacct.gateway import AddressRefused
from intacct.jobs.exports import export_invoices
from intacct.jobs.imports import import_customers, import_employees, import_services
from intacct.jobs.months import compare_month
from intacct.mapping.export_rules import export_rules_of
from intacct.models import NotifyWhen
from intacct.subscription import missing_for_intacct
from integrations import pages, providers
from integrations.connections.models import Connection
from integrations.connections.service import current_connection
from integrations.exports.rules import ExportRules
from integrations.providers import Addressees
from integrations.runs.models import Operation
from reconpro.company.models import Company, User

# Who reads, what, and into which team. Which books are meant is the connection's identity.
READ_BY_IMPORTS = (
    *("dtd_version", "auth_user_id", "default_team_id", "client_id_2_field", "service_id_2_field"),
    *("item_types", "employee_types", "scope_departments", "scope_locations"),
)


def register() -> None:
    """Make Intacct known to `integrations`, and its report to the Reports tab."""
    intacct = providers.Provider(
        name=PROVIDER,
        label="Intacct",
        settings_url_name="intacct-settings",
        missing_subscription=missing_for_intacct,
        not_ready=not_ready,
        open_connection=open_connection,
        export_rules=export_rules,
        set_export_start=set_export_start,
        import_settings=import_settings,
        addressees=addressees,
        jobs={
            Operation.IMPORT_CUSTOMERS: import_customers,
            Operation.IMPORT_SERVICES: import_services,
            Operation.IMPORT_EMPLOYEES: import_employees,
            Operation.EXPORT_INVOICES: export_invoices,
            Operation.COMPARE_MONTH: compare_month,
        },
    )
    providers.register(intacct)
    pages.show_report_of(intacct)


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


def import_settings(company: Company) -> str:
    """A digest of what an import reads of the settings: with another one a check is out of date (I-9)."""
    settings = settings_of(company)
    values = [str(getattr(settings, name)) for name in READ_BY_IMPORTS]
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()


def addressees(company: Company) -> Addressees:
    """Who is told of imports that the schedule started (S-5)."""
    settings = settings_of(company)
    return Addressees(tuple(settings.notify_addresses), settings.notify_when == NotifyWhen.TROUBLE)


def set_export_start(company: Company, day: date, by: User | None) -> None:
    """From which day on invoices are exported (X-1); recorded like every change of settings."""
    save_settings(company, {"export_start": day}, secrets={}, by=by)
