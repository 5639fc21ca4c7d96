"""One operation of a request: its functions in order, each alone or all or nothing."""

from collections.abc import Callable

from lxml import etree

from . import catalogue, document_changes, legacy_reading, master_functions, order_entry, reading, receivables
from .answers import Done
from .calls import Call, Outcome
from .refusals import (
    ROLLED_BACK,
    FunctionRefusal,
    Problem,
    no_permission,
    not_simulated,
    repeated_control_id,
)

FUNCTIONS: dict[str, Callable[[Call, etree._Element], Outcome]] = {
    "getAPISession": catalogue.get_api_session,
    "lookup": catalogue.lookup,
    "inspect": catalogue.inspect,
    "getUserPermissions": catalogue.get_user_permissions,
    "query": reading.query,
    "readByQuery": reading.read_by_query,
    "readMore": reading.read_more,
    "read": reading.read,
    "readByName": reading.read_by_name,
    "get_list": legacy_reading.get_list,
    "get": legacy_reading.get,
    "create_sotransaction": order_entry.create_sotransaction,
    "delete_sotransaction": order_entry.delete_sotransaction,
    "create_invoice": receivables.create_invoice,
    "get_invoice": receivables.get_invoice,
    "reverse_invoice": receivables.reverse_invoice,
    "delete_invoice": receivables.delete_invoice,
    "update_invoice": document_changes.update_invoice,
    "update_sotransaction": document_changes.update_sotransaction,
    **master_functions.FUNCTIONS,
}


def carry_out(call: Call, functions: list[etree._Element], *, unique: bool, whole: bool) -> list[Done]:
    """Run them under the world's lock. `unique`: completed control ids are remembered and refused the
    next time; `whole`: all or nothing, and what follows the culprit doesn't run.
    """
    done: list[Done] = []
    for function in functions:
        done.append(_function(call, function, unique=unique, alone=len(functions) == 1))
        if whole and done[-1].problems:
            _roll_back(call, done)
            break
    return done


def _function(call: Call, function: etree._Element, *, unique: bool, alone: bool) -> Done:
    name, control_id = str(function[0].tag), function.get("controlid") or ""
    remembered = (call.sender, control_id)
    meter = call.company.meter
    call.journal = []
    try:
        _refuse_by_fault(call, function[0])
        if unique and remembered in call.company.completed:
            raise FunctionRefusal(repeated_control_id(control_id))
        if name == "getAPISession" and not alone:
            raise FunctionRefusal(
                Problem("SIM-NOT-ALONE", "getAPISession stands alone in its request.")  # reference 2.1
            )
        if name not in FUNCTIONS:
            raise FunctionRefusal(not_simulated(name))
        limit = call.company.settings.billing_limit
        if limit and meter.billable_transactions >= limit:
            raise FunctionRefusal(Problem("SIM-BILLING-LIMIT", f"{limit} transactions are used up."))
        outcome = FUNCTIONS[name](call, function[0])
    except FunctionRefusal as refusal:
        call.take_back()
        return Done(name, control_id, None, refusal.problems, "failure")
    meter.billable_transactions += outcome.billed
    if outcome.problems:
        return Done(name, control_id, outcome, outcome.problems, "failure", journal=call.journal)
    if unique:
        call.company.completed.add(remembered)
    return Done(name, control_id, outcome, remembered=unique, journal=call.journal)


def _refuse_by_fault(call: Call, element: etree._Element) -> None:
    if call.strike.get("offline"):
        raise FunctionRefusal(Problem("", "The Service is Temporarily Off-line"))
    if call.strike.get("no_permission"):
        named = element.get("object") or element.findtext("object") or str(element.tag)
        raise FunctionRefusal(no_permission(str(element.tag).upper(), named.strip()))


def _roll_back(call: Call, done: list[Done]) -> None:
    """Undo what the functions before the culprit did; what was never created costs nothing."""
    for each in reversed(done):
        if each.outcome is not None and each.journal:
            call.journal = each.journal
            call.take_back()
            call.company.meter.billable_transactions -= each.outcome.billed
        if each.remembered:
            call.company.completed.discard((call.sender, each.controlid))
        each.outcome = None
    for each in done[:-1]:
        each.status, each.problems = "aborted", (ROLLED_BACK,)
    done[-1].problems += (ROLLED_BACK,)
