"""Lists of the Company tab."""

from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html

from reconpro.company.keeping import Record
from reconpro.company.models import AccountingRecord, Employee, Service, Team, User
from reconpro.company.sign_in_words import in_words
from reconpro.company.templatetags.amounts import price
from reconpro.lists import ListTable

CODE = {"td": {"class": "code"}}
NUMBER = {"th": {"class": "number"}, "td": {"class": "number"}}
CONTINUES = {"td": {"class": "continues"}}
NOWRAP = {"td": {"class": "nowrap"}}
WORDS = {"td": {"class": "words"}}
DAY = "M j, Y"


def link_to(record: AccountingRecord, text: str) -> str:
    return format_html('<a href="{}">{}</a>', reverse(record.kind, args=[record.pk]), text)


def _link_to_team(team: Team, text: str) -> str:
    return format_html('<a href="{}">{}</a>', reverse("team-edit", args=[team.pk]), text)


class EmailColumn(tables.Column):  # type: ignore[misc, unused-ignore]  # django-tables2 has no types
    """Addresses on one line: a long one ends with … and is told whole where the mouse rests."""

    def render(self, value: str) -> str:
        return format_html('<span class="one-line" title="{}">{}</span>', value, value)


class RecordTable(ListTable):
    """What the three kinds have in common. Each column sorts by something the index or a key holds."""

    archived_reason = tables.Column("Why archived", order_by=("archived_reason", "search_key", "pk"))
    archived_at = tables.DateColumn(format=DAY, verbose_name="Archived", attrs=NOWRAP)
    updated_at = tables.DateColumn(format=DAY, verbose_name="Updated", attrs=NOWRAP)

    of_active: tuple[str, ...] = ("updated_at",)  # columns that the archived ones go without

    def __init__(self, *args: Any, archived: bool = False, **kwargs: Any) -> None:
        hidden = self.of_active if archived else ("archived_reason", "archived_at")
        super().__init__(*args, exclude=hidden, **kwargs)

    class Meta(ListTable.Meta):
        order_by = "name"

    def render_archived_reason(self, record: Record) -> str:
        if record.merged_into is None:
            return record.why_archived
        return format_html("Merged into {}", link_to(record.merged_into, record.merged_into.called))


class ClientTable(RecordTable):
    name = tables.Column("Company", order_by=("search_key", "pk"))
    accounting_id = tables.Column("Accounting ID", order_by=("accounting_id", "pk"), attrs=CODE)
    contact_name = tables.Column("Contact", orderable=False, attrs=WORDS)
    phone = tables.Column(orderable=False, attrs=NOWRAP)
    email = EmailColumn("E-mail", orderable=False)
    terms = tables.Column(orderable=False)

    class Meta(RecordTable.Meta):
        sequence = ("name", "accounting_id", "...", "archived_reason", "archived_at", "updated_at")

    def render_name(self, record: Record, value: str) -> str:
        return link_to(record, value)


class ServiceTable(RecordTable):
    name = tables.Column("Service Name", order_by=("search_key", "pk"))
    accounting_id = tables.Column("Accounting ID", order_by=("accounting_id", "pk"), attrs=CODE)
    department = tables.Column("Accounting ID 2", orderable=False, attrs=CODE)
    unit = tables.Column(orderable=False)
    price = tables.Column(orderable=False, attrs=NUMBER)

    class Meta(RecordTable.Meta):
        sequence = ("name", "accounting_id", "...", "archived_reason", "archived_at", "updated_at")

    def render_name(self, record: Service, value: str) -> str:
        return link_to(record, value)

    def render_price(self, record: Service) -> str:
        return price(record.price)


class EmployeeTable(RecordTable):
    name = tables.Column("First Name", accessor="display_name", order_by=("search_key", "pk"))
    last_name = tables.Column("Last Name", order_by=("last_name", "first_name", "pk"), attrs=CONTINUES)
    accounting_id = tables.Column("Accounting ID", order_by=("accounting_id", "pk"), attrs=CODE)
    team = tables.Column(order_by=("team__name", "search_key", "pk"))
    email = EmailColumn("E-mail", orderable=False)
    sign_in = tables.Column("Sign-in", empty_values=(), orderable=False)
    of_active = ("updated_at", "sign_in")

    class Meta(RecordTable.Meta):
        sequence = (
            "name",
            "last_name",
            "accounting_id",
            "...",
            "archived_reason",
            "archived_at",
            "updated_at",
        )

    def render_name(self, record: Employee) -> str:
        # One who has a single name only still needs a link.
        return link_to(record, record.first_name or record.display_name)

    def render_sign_in(self, record: Employee) -> str:
        return in_words(record)

    def render_last_name(self, record: Employee, value: str) -> str:
        return link_to(record, value)


class DefaultSignInTable(ListTable):
    """Employees who are still on the default password (I-7)."""

    name = tables.Column("Employee", accessor="display_name", order_by=("search_key", "pk"))
    accounting_id = tables.Column("Accounting ID", order_by=("accounting_id", "pk"), attrs=CODE)
    team = tables.Column(order_by=("team__name", "search_key", "pk"))
    closes_at = tables.Column(
        "Sign-in", accessor="first_sign_in__closes_at", order_by=("first_sign_in__closes_at", "pk")
    )
    opened_by = tables.Column(
        "Opened by", accessor="first_sign_in__opened_by", empty_values=(), orderable=False
    )

    class Meta(ListTable.Meta):
        order_by = "closes_at"

    def render_name(self, record: Employee, value: str) -> str:
        return link_to(record, value)

    def render_team(self, value: Team) -> str:
        return _link_to_team(value, value.name)

    def render_closes_at(self, record: Employee) -> str:
        return in_words(record)

    def render_opened_by(self, value: User | None) -> str:
        return str(value or "Import")


class TeamTable(ListTable):
    name = tables.Column(order_by=("name", "pk"))
    location = tables.Column(order_by=("location", "name", "pk"), attrs=CODE)
    members = tables.Column("Active employees", order_by=("members", "name"), attrs=NUMBER)

    def __init__(self, *args: Any, may_edit: bool, **kwargs: Any) -> None:
        self.may_edit = may_edit
        super().__init__(*args, **kwargs)

    class Meta(ListTable.Meta):
        order_by = "name"

    def render_name(self, record: Team, value: str) -> str:
        if not self.may_edit:
            return value
        return _link_to_team(record, value)

    def render_members(self, record: Team, value: int) -> str:
        if not value:
            return "0"
        return format_html('<a href="{}?team={}">{}</a>', reverse("employees"), record.pk, value)


class UserTable(ListTable):
    name = tables.Column(order_by=("name", "pk"), empty_values=())
    username = tables.Column("User name", order_by=("username",))
    role = tables.Column(order_by=("role", "name", "pk"))
    is_active = tables.Column("May sign in", order_by=("is_active", "name", "pk"))
    last_login = tables.DateTimeColumn(format="M j, Y, g:i a", verbose_name="Last sign-in", attrs=NOWRAP)

    class Meta(ListTable.Meta):
        order_by = "name"

    def render_name(self, record: User) -> str:
        return format_html('<a href="{}">{}</a>', reverse("user-edit", args=[record.pk]), record)

    def render_is_active(self, value: bool) -> str:
        return "Yes" if value else "No"
