"""What an import of employees does for their first sign-in: opens it for those it creates, and warns (I-7).

Set-based like all of an import; with nothing new it writes nothing.
"""

# ruff: noqa: S608  (put together from names of our own models; every value is a parameter)

from __future__ import annotations

from django.db import connection
from django.db.models import Count, Max

from integrations.duplicates.codes import Code
from integrations.duplicates.collector import MOST_SIDES, Side, WarningCollector
from integrations.duplicates.default_passwords import warn_of_same_default_passwords
from integrations.reconcile.kinds import EMPLOYEES
from integrations.reconcile.models import Verdict
from integrations.reconcile.scope import Scope, quoted
from reconpro.company.models import Company, Employee, FirstSignIn
from reconpro.company.models.first_sign_in import HAS_FIVE_DIGITS, closing_time

MOST_NAMED = 5


def open_for_new(scope: Scope) -> None:
    """Let active employees that this import created sign in with the default password for 14 days.

    Whoever was here before is left as is: an import never sets it again.
    """
    regex: str = connection.operators["regex"]  # type: ignore[attr-defined]
    has_five_digits = regex.replace("%s", "%(five_digits)s")
    scope.execute(
        f"INSERT INTO {quoted(FirstSignIn._meta.db_table)} (employee_id, opened_at, closes_at)"
        f" SELECT r.id, %(now)s, %(closes)s FROM {scope.stage} AS s"
        f" JOIN {scope.record} AS r ON {scope.has_id_here} AND r.accounting_id = s.accounting_id"
        f" JOIN {quoted(Company._meta.db_table)} AS c ON c.id = r.company_id AND c.default_sign_ins"
        f" WHERE s.run_id = %(run)s AND s.verdict = '{Verdict.NEW.value}' AND r.archived_reason = ''"
        f" AND r.accounting_employee_id {has_five_digits}",
        closes=connection.ops.adapt_datetimefield_value(closing_time(scope.now)),
        five_digits=HAS_FIVE_DIGITS,
    )


def tell(warnings: WarningCollector, scope: Scope) -> None:
    """Warn of employees without a default password, and of those with the same one (I-8)."""
    if scope.kind is not EMPLOYEES:
        return
    if Company.objects.filter(pk=scope.company_id, default_sign_ins=True).exists():
        _tell_without_digits(warnings, scope)
        warn_of_same_default_passwords(warnings, scope.company_id, scope.books_id)


def _tell_without_digits(warnings: WarningCollector, scope: Scope) -> None:
    """Active employees who have neither five digits nor a sign-in: one warning, which a new one among them
    makes new."""
    without = (
        Employee.objects.filter(
            company_id=scope.company_id,
            books_id=scope.books_id,
            archived_reason="",
            user=None,
            accounting_id__gt="",
        )
        .exclude(accounting_employee_id__regex=HAS_FIVE_DIGITS)
        .order_by("-pk")
    )
    told = without.aggregate(number=Count("pk"), newest=Max("pk"))
    if not told["number"]:
        return
    latest = list(without[:MOST_SIDES])
    named = ", ".join(employee.accounting_id for employee in latest[:MOST_NAMED])
    more = f" and {told['number'] - MOST_NAMED:,} more" if told["number"] > MOST_NAMED else ""
    whose = (
        "The Employee ID of 1 employee has"
        if told["number"] == 1
        else f"The Employee IDs of {told['number']:,} employees have"
    )
    warnings.add(
        Code.NO_DEFAULT_SIGN_IN,
        f"{whose} no five digits in a row, so there is no default sign-in: {named}{more}. Give a sign-in on"
        " the profile of whoever needs one.",
        sides=[
            Side(
                kind=scope.kind.singular,
                id=employee.pk,
                label=f"{employee.accounting_id} {employee.display_name}".strip(),
            )
            for employee in latest
        ],
        fingerprint=f"no-five-digits:{told['newest']}",
    )
