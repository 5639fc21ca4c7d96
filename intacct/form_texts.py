"""What the Intacct Integration Settings are called and explained as: the guide's own sentences for its eight
fields, ours in its tone for those under *Advanced* (S-1, S-5)."""

from dataclasses import dataclass

EIGHT = (
    "sender_id",
    "sender_password",
    "dtd_version",
    "auth_user_id",
    "auth_company_id",
    "auth_password",
    "post_url",
    "default_team",
)


@dataclass(frozen=True)
class Group:
    """Fields that belong together, under a heading; `about` is a sentence below it."""

    heading: str
    fields: tuple[str, ...]
    about: str = ""


GROUPS = (
    Group("Where you work", ("entity",)),
    Group(
        "Accounting ID 2",
        ("client_id_2_field", "service_id_2_field"),
        "What an administrator types as Accounting ID 2 is never overwritten; what an import brings counts "
        "before it.",
    ),
    Group(
        "What comes in",
        ("item_types", "employee_types", "scope_departments", "scope_locations"),
        "Nothing chosen: everything comes in. What a choice leaves out is no longer listed for ReconPro, so "
        "the next import archives it here, as if it were gone in Intacct; where that would be many, the "
        "import asks first. Chosen again, it is restored.",
    ),
    Group(
        "What an invoice becomes",
        (
            "document_type",
            "transaction_definition",
            "credit_definition",
            "revenue_account",
            "account_label",
            "document_prefix",
            "unit_of_measure",
            "default_terms",
            "default_location",
            "department_required",
            "several_entities_allowed",
        ),
    ),
    Group("Dates", ("export_start", "closed_through", "closed_period")),
    Group(
        "Schedule and e-mail",
        ("schedule_operations", "schedule_at", "schedule_weekdays", "notify_addresses", "notify_when"),
        "Imports can start by themselves. Exports can't: what goes is confirmed by a person who saw it.",
    ),
)
SCHEDULE = ("schedule_operations", "schedule_at", "schedule_weekdays")
ADVANCED = tuple(name for group in GROUPS for name in group.fields)

GUIDE = {
    "sender_id": (
        "The registered username assigned to you by Intacct for integration purposes. Note that the Sender "
        "ID does not change and it is not your Intacct application login username."
    ),
    "sender_password": (
        "The registered password to the integration gateway provided by Intacct. Note that Sender Password "
        "is not your Intacct application login password."
    ),
    "dtd_version": (
        "The version of the Intacct API. For example, v2.1, v3.0, etc. Note that v2.1 brings no item prices."
    ),
    "auth_user_id": "Your Intacct application login User ID.",
    "auth_company_id": "Your Intacct application login Company ID.",
    "auth_password": "Your Intacct application login password.",
    "post_url": (
        "The URL to which you would like to connect. For example, https://www.intacct.com/ia/xml/xmlgw.phtml "
        "which is the URL provided in Intacct documentation."
    ),
    "default_team": (
        "The initial team to which each newly imported employee is automatically assigned. Note that you can "
        "assign imported employees to other teams and such assignments will not be overridden during the "
        "next import."
    ),
}
HELP = {
    "entity": (
        "Work in one entity, by its Location ID in Intacct. Empty: the whole company. What was imported and "
        "exported belongs to company and entity, so another one starts with other books."
    ),
    "client_id_2_field": "The field of Intacct's customers that fills Accounting ID 2 of clients.",
    "service_id_2_field": (
        "The field of Intacct's items that holds the Department ID, which invoice lines carry. Automatic "
        "finds it by asking Intacct, if your company has one."
    ),
    "item_types": "Only items of these types become services.",
    "employee_types": "Only employees of these types come in.",
    "scope_departments": "Only employees of these departments, and of those below them, come in.",
    "scope_locations": (
        "Only employees of these locations, and of those below them, come in: an entity stands for all its "
        "locations."
    ),
    "document_type": (
        "Order Entry needs a transaction definition; an AR invoice needs a revenue account or an account "
        "label, and tells amounts instead of quantities and prices."
    ),
    "transaction_definition": "For Order Entry: the transaction that an invoice becomes in Intacct.",
    "credit_definition": (
        "For Order Entry: the transaction that a credit becomes, such as Sales Return. Empty: an invoice "
        "with a negative total isn't exported, and an exported one is reversed in Intacct by hand."
    ),
    "revenue_account": "For AR invoices: the number of the account that each line is posted to.",
    "account_label": "For AR invoices, where your company works with account labels instead of accounts.",
    "document_prefix": "Stands before ReconPro's invoice number to make Intacct's document number.",
    "unit_of_measure": "The unit on each line of an exported invoice; Intacct knows it letter by letter.",
    "default_terms": "For invoices whose client has no terms. The name of an AR term in Intacct.",
    "default_location": "For lines where neither team nor employee tells a location. A Location ID.",
    "department_required": "Don't export an invoice while one of its services has no Accounting ID 2.",
    "several_entities_allowed": "Otherwise an invoice whose lines are of several entities isn't exported.",
    "closed_through": "The last day of the period that is closed in Intacct. Empty: none is closed.",
    "closed_period": "For an invoice that is dated in the closed period.",
    "schedule_operations": "Nothing chosen: the schedule is off.",
    "schedule_weekdays": "",
    "notify_addresses": (
        "One a line. They are told of imports that the schedule started; what a person starts, that person "
        "sees."
    ),
    "notify_when": "A warning that stays open is told once, not each time.",
}
