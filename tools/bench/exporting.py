"""ReconPro's own export, and the bare loop beside it that sends the very same batches."""

import io
import json
import os
import sys
from collections.abc import Sequence
from datetime import date
from typing import Any

import django
import requests
from lxml import etree

from tests.simulator_process import COMPANY_ID, SENDER_ID, SENDER_PASSWORD, USER_ID, USER_PASSWORD
from tools.bench.measured import timed

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reconpro.settings")
COMPANY = "bench"
LINES = 5
START = date(2026, 1, 1)


def measure_prepare_export(url: str) -> dict[str, Any]:
    """Customers, items and employees imported, and EXPORT_INVOICES approved invoices made of them."""
    django.setup()
    from django.core.management import call_command

    from integrations.runs.command import run_operation
    from integrations.runs.models import Operation
    from reconpro.company.models import Company

    quiet = io.StringIO()
    call_command("intacct_configure", company=COMPANY, export_start=START.isoformat(), stdout=quiet)
    company = Company.objects.get(code=COMPANY)
    for operation in (Operation.IMPORT_CUSTOMERS, Operation.IMPORT_SERVICES, Operation.IMPORT_EMPLOYEES):
        if run_operation(company, operation, "intacct", as_json=True, out=quiet, err=quiet) != 0:
            sys.exit(f"{operation.label} did not succeed: {quiet.getvalue()}")
    count = int(os.environ["EXPORT_INVOICES"])
    call_command("sample_invoices", company=COMPANY, count=count, lines=LINES, stdout=quiet)
    return {}


def measure_export(url: str) -> dict[str, Any]:
    """One Export Invoices, from its start to its outcome."""
    django.setup()
    # A process that serves runs has all this loaded before its first one.
    import intacct.jobs.exports  # noqa: F401 - loaded, not used
    from integrations.runs.command import run_operation
    from integrations.runs.models import Operation
    from reconpro.company.models import Company

    company = Company.objects.get(code=COMPANY)
    told, progress = io.StringIO(), io.StringIO()
    found: dict[str, Any] = {}
    with timed(found):
        status = run_operation(
            company, Operation.EXPORT_INVOICES, "intacct", as_json=True, out=told, err=progress
        )
    result = json.loads(told.getvalue())
    if status != 0:
        sys.exit(f"The export did not succeed: {result['outcome']} {result['message']}")
    return {**found, "invoices": result["counts"]["exported"], "run": result}


def measure_bare_export(url: str) -> dict[str, Any]:
    """The least that anybody could do to have the invoices there: the same batches, read before the clock
    starts, written with lxml and sent with requests, and each answer looked at. No state is kept."""
    django.setup()
    batches = _batches()
    found: dict[str, Any] = {"invoices": sum(len(batch) for batch in batches)}
    with timed(found):
        http = requests.Session()
        http.headers["Content-Type"] = "application/xml"
        login = etree.Element("login")
        for name, text in (("userid", USER_ID), ("companyid", COMPANY_ID), ("password", USER_PASSWORD)):
            etree.SubElement(login, name).text = text
        answer = _post(http, url, login, [("1", etree.Element("getAPISession"))])
        session = etree.Element("sessionid")
        session.text = answer.findtext(".//sessionid")
        for number, batch in enumerate(batches):
            functions = [(f"bare:{number}:{at}", _document(values)) for at, values in enumerate(batch)]
            results = _post(http, url, session, functions).findall("operation/result")
            if [result.findtext("status") for result in results] != ["success"] * len(batch):
                sys.exit("A document of the bare loop was refused.")
    return found


def _batches() -> list[list[Any]]:
    """The documents of all invoices in the batches in which the product sends them."""
    from django.conf import settings

    from intacct.configuration import settings_of
    from intacct.mapping.export_rules import export_rules_of
    from integrations.connections.service import current_connection
    from integrations.exports.loading import chunks_of, judged, read_books, to_be_exported
    from reconpro.company.models import Company

    company = Company.objects.get(code=COMPANY)
    connection = current_connection(company, "intacct")
    rules = export_rules_of(settings_of(company))
    books = read_books(connection)
    return [
        [verdict.document(rules) for verdict in judged(ids, connection=connection, rules=rules, books=books)]
        for ids in chunks_of(to_be_exported(company, START), settings.EXPORT_BATCH_SIZE)
    ]


def _post(
    http: requests.Session,
    url: str,
    authentication: etree._Element,
    functions: Sequence[tuple[str, etree._Element]],
) -> etree._Element:
    request = etree.Element("request")
    control = etree.SubElement(request, "control")
    for name, text in (
        ("senderid", SENDER_ID),
        ("password", SENDER_PASSWORD),
        ("controlid", "bare"),
        ("uniqueid", "true"),
        ("dtdversion", "3.0"),
        ("includewhitespace", "false"),
    ):
        etree.SubElement(control, name).text = text
    operation = etree.SubElement(request, "operation", transaction="false")
    etree.SubElement(operation, "authentication").append(authentication)
    content = etree.SubElement(operation, "content")
    for control_id, function in functions:
        etree.SubElement(content, "function", controlid=control_id).append(function)
    body = etree.tostring(request, xml_declaration=True, encoding="UTF-8")
    return etree.fromstring(http.post(url, data=body, timeout=60).content)


def _document(values: Any) -> etree._Element:
    document = etree.Element("create_sotransaction")
    etree.SubElement(document, "transactiontype").text = values.type
    _day(document, "datecreated", values.date)
    etree.SubElement(document, "customerid").text = values.client_id
    etree.SubElement(document, "documentno").text = values.number
    etree.SubElement(document, "termname").text = values.terms
    _day(document, "datedue", values.due_on)
    for name, text in (("shipto", values.ship_to), ("billto", values.bill_to)):
        if text:
            etree.SubElement(etree.SubElement(document, name), "contactname").text = text
    etree.SubElement(document, "externalid").text = values.number
    etree.SubElement(document, "state").text = "Pending"
    lines = etree.SubElement(document, "sotransitems")
    for each in values.lines:
        line = etree.SubElement(lines, "sotransitem")
        for name, text in (
            ("itemid", each.service_id),
            ("itemdesc", each.description),
            ("quantity", str(each.quantity)),
            ("unit", each.unit),
            ("price", str(each.price)),
            ("locationid", each.location),
            ("departmentid", each.department),
            ("memo", each.memo),
            ("employeeid", each.employee_id),
        ):
            if text:
                etree.SubElement(line, name).text = text
    return document


def _day(parent: etree._Element, name: str, day: date) -> None:
    element = etree.SubElement(parent, name)
    for part, text in (("year", f"{day.year}"), ("month", f"{day.month:02d}"), ("day", f"{day.day:02d}")):
        etree.SubElement(element, part).text = text
