"""Speaks to the simulator in plain XML, without ReconPro's own client: neither may bless the other."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests
from lxml import etree

HEADERS = {"Content-Type": "application/xml"}
DATE = "<year>2026</year><month>11</month><day>20</day>"


def login(
    *, user="recon_ws", password="user-secret", company="ACME-SANDBOX", entity: str | None = None
) -> str:
    location = f"<locationid>{entity}</locationid>" if entity is not None else ""
    return (
        f"<login><userid>{user}</userid><companyid>{company}</companyid>"
        f"<password>{password}</password>{location}</login>"
    )


def envelope(
    *functions: str,
    version="3.0",
    sign_in: str | None = None,
    sender="recon_sender",
    sender_password="sender-secret",
    uniqueid: str | None = "false",
    transaction="false",
    whitespace="false",
    control_ids: list[str] | None = None,
    control_extra="",
) -> bytes:
    """A whole request; functions get the control ids f1, f2, ... unless others are given."""
    ids = control_ids or [f"f{number}" for number in range(1, len(functions) + 1)]
    unique = f"<uniqueid>{uniqueid}</uniqueid>" if uniqueid is not None else ""
    content = "".join(
        f'<function controlid="{control_id}">{function}</function>'
        for control_id, function in zip(ids, functions, strict=True)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<request><control><senderid>{sender}</senderid><password>{sender_password}</password>"
        f"<controlid>c1</controlid>{unique}<dtdversion>{version}</dtdversion>{control_extra}"
        f"<includewhitespace>{whitespace}</includewhitespace></control>"
        f'<operation transaction="{transaction}"><authentication>{sign_in or login()}'
        f"</authentication><content>{content}</content></operation></request>"
    ).encode()


@dataclass
class Reply:
    """An answer taken apart just far enough to speak about it."""

    status: int
    headers: Any
    body: bytes
    root: etree._Element | None = field(default=None)

    def __post_init__(self) -> None:
        if self.body.lstrip().startswith(b"<?xml"):
            self.root = etree.fromstring(self.body)

    def find(self, path: str) -> str:
        return (self.root.findtext(path) or "").strip()

    @property
    def control(self) -> str:
        return self.find("control/status")

    @property
    def authentication(self) -> str:
        return self.find("operation/authentication/status")

    @property
    def results(self) -> list[etree._Element]:
        return self.root.findall("operation/result")

    @property
    def statuses(self) -> list[str]:
        return [each.findtext("status") for each in self.results]

    @property
    def data(self) -> etree._Element:
        (data,) = self.root.findall("operation/result/data")
        return data

    @property
    def records(self) -> list[etree._Element]:
        return list(self.data)

    def column(self, name: str) -> list[str]:
        return [record.findtext(name) or "" for record in self.records]

    def errors(self) -> list[tuple[str, str]]:
        """(errorno, all its text) of each error, support ids included."""
        return [
            (
                error.findtext("errorno") or "",
                " ".join(
                    error.findtext(name) or "" for name in ("description", "description2", "correction")
                ).strip(),
            )
            for error in self.root.iter("error")
        ]

    @property
    def errorno(self) -> str:
        return self.errors()[0][0]

    @property
    def sentence(self) -> str:
        return self.errors()[0][1]


class Talker:
    """One address, one kept connection."""

    # The server's own, where it runs in this process: clocks can be set, places at a limiter taken.
    sessions: Any = None
    companies: Any = None

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = requests.Session()

    def post(self, body: bytes, headers: dict[str, str] | None = None) -> Reply:
        answer = self.http.post(self.url, data=body, headers=headers or HEADERS, timeout=30)
        return Reply(answer.status_code, answer.headers, answer.content)

    def ask(self, *functions: str, **options: Any) -> Reply:
        return self.post(envelope(*functions, **options))

    def session(self, **options: Any) -> str:
        """Sign in; answers the authentication element for later requests."""
        reply = self.ask("<getAPISession/>", sign_in=login(**options))
        session_id = reply.find("operation/result/data/api/sessionid")
        assert session_id, reply.body
        return f"<sessionid>{session_id}</sessionid>"

    def tell(self, **changes: Any) -> dict[str, Any]:
        answer = self.http.post(self.control_url, json=changes, timeout=30)
        assert answer.ok, answer.text
        return answer.json()

    def state(self, company="ACME-SANDBOX") -> dict[str, Any]:
        return self.http.get(self.control_url, params={"company": company}, timeout=30).json()

    def documents(self) -> list[dict[str, Any]]:
        return self.http.get(f"{self.control_url}/documents", timeout=30).json()

    def invoices(self) -> list[dict[str, Any]]:
        return self.http.get(f"{self.control_url}/invoices", timeout=30).json()

    @property
    def control_url(self) -> str:
        return f"http://127.0.0.1:{urlsplit(self.url).port}/control"


def query(
    kind: str, fields: str, *, filter_="", order="RECORDNO", pagesize=2000, offset=0, private=True
) -> str:
    selected = "".join(f"<field>{name}</field>" for name in fields.split())
    filtered = f"<filter>{filter_}</filter>" if filter_ else ""
    ordered = f"<orderby><order><field>{order}</field><ascending/></order></orderby>" if order else ""
    options = "<options><showprivate>true</showprivate></options>" if private else ""
    return (
        f"<query><object>{kind}</object><select>{selected}</select>{filtered}{ordered}{options}"
        f"<pagesize>{pagesize}</pagesize><offset>{offset}</offset></query>"
    )


def get_list(kind: str, *, filter_="", sort="", fields="", start=0, maxitems=1000, private=True) -> str:
    inside = f"<filter>{filter_}</filter>" if filter_ else ""
    inside += f'<sorts><sortfield order="asc">{sort}</sortfield></sorts>' if sort else ""
    if fields:
        inside += "<fields>" + "".join(f"<field>{name}</field>" for name in fields.split())
        inside += "</fields>"
    shown = ' showprivate="true"' if private else ""
    return f'<get_list object="{kind}" start="{start}" maxitems="{maxitems}"{shown}>{inside}</get_list>'


def expression(field_: str, value: str, operator: str = "=") -> str:
    return (
        f"<expression><field>{field_}</field><operator>{operator}</operator>"
        f"<value>{value}</value></expression>"
    )


def leaves(fields: dict[str, str | None]) -> str:
    """Elements, in this order; a text may hold elements itself, and None leaves one out."""
    return "".join(f"<{name}>{text}</{name}>" for name, text in fields.items() if text is not None)


def line(**changes: str | None) -> str:
    """One sotransitem; None leaves an element out."""
    fields = {
        "itemid": "DETAIL-FULL",
        "taxable": None,
        "warehouseid": None,
        "quantity": "1",
        "unit": "Each",
        "price": "185.00",
        "locationid": "EBU",
        "departmentid": "200",
        "memo": None,
        "customfields": None,
        "projectid": None,
        "employeeid": None,
    } | changes
    return f"<sotransitem>{leaves(fields)}</sotransitem>"


def sotransaction(*lines: str, **changes: str | None) -> str:
    """A create_sotransaction that the default world accepts."""
    fields = {
        "transactiontype": "Sales Invoice",
        "datecreated": DATE,
        "createdfrom": None,
        "customerid": "C-00001",
        "documentno": "RP-1",
        "referenceno": None,
        "termname": "Net 30",
        "datedue": None,
        "shipto": None,
        "billto": None,
        "customfields": None,
        "state": "Pending",
    } | changes
    items = "".join(lines or (line(),))
    return (
        f"<create_sotransaction>{leaves(fields)}<sotransitems>{items}</sotransitems></create_sotransaction>"
    )


def invoice_line(**changes: str | None) -> str:
    """One lineitem of an AR invoice; None leaves an element out."""
    fields = {
        "accountlabel": None,
        "glaccountno": "4010",
        "amount": "185.00",
        "memo": None,
        "locationid": "EBU",
        "departmentid": "200",
        "customfields": None,
        "employeeid": None,
        "itemid": None,
    } | changes
    return f"<lineitem>{leaves(fields)}</lineitem>"


def invoice(*lines: str, **changes: str | None) -> str:
    """A create_invoice that the default world accepts."""
    fields = {
        "customerid": "C-00001",
        "datecreated": DATE,
        "dateposted": None,
        "datedue": None,
        "termname": "Net 30",
        "action": None,
        "invoiceno": "RP-1",
        "ponumber": None,
        "description": None,
        "externalid": None,
        "billto": None,
        "shipto": None,
        "currency": None,
        "customfields": None,
    } | changes
    items = "".join(lines or (invoice_line(),))
    return f"<create_invoice>{leaves(fields)}<invoiceitems>{items}</invoiceitems></create_invoice>"


def reversal(key: str, day: str = DATE) -> str:
    return f'<reverse_invoice key="{key}"><datereversed>{day}</datereversed></reverse_invoice>'
