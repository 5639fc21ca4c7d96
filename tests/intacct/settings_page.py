"""The settings page as an administrator uses it, for the tests of what it does."""

import re
from html import unescape
from typing import Any

import lxml.html
from django.contrib.messages import get_messages
from django.test import Client as Browser

from intacct.configuration import settings_of, version_token
from intacct.models import IntacctSettings
from reconpro.company.models import Company

PAGE = "/company/intacct/"
OPEN, CLOSED = '<details class="advanced" id="advanced" open>', '<details class="advanced" id="advanced">'
EVERY_DAY = [str(day) for day in range(7)]
COMPLETE: dict[str, Any] = {
    "sender_id": "acme_sender",
    "sender_password": "s3nder-pass",
    "dtd_version": "v3.0",
    "auth_user_id": "ws_user",
    "auth_company_id": "ACME",
    "auth_password": "us3r-pass",
    "post_url": "https://api.intacct.com/ia/xml/xmlgw.phtml",
    "default_team": "",
    "entity": "",
    "client_id_2_field": "",
    "service_id_2_field": "Automatic",
    "employee_types": "",
    "scope_departments": "",
    "scope_locations": "",
    "document_type": "order_entry",
    "transaction_definition": "Sales Invoice",
    "credit_definition": "",
    "revenue_account": "",
    "account_label": "",
    "document_prefix": "RP-",
    "unit_of_measure": "each",
    "default_terms": "",
    "default_location": "",
    "closed_through": "",
    "closed_period": "block",
    "export_start": "",
    "schedule_at": "05:00",
    "schedule_weekdays": EVERY_DAY,
    "notify_addresses": "",
    "notify_when": "trouble",
}


class Page:
    """The page in one administrator's browser."""

    def __init__(self, browser: Browser, company: Company) -> None:
        self.browser = browser
        self.company = company

    def get(self) -> str:
        answer = self.browser.get(PAGE)
        assert answer.status_code == 200
        return answer.content.decode()

    def save(self, **fields: Any) -> Any:
        seen = version_token(settings_of(self.company))
        return self.browser.post(PAGE, {**COMPLETE, "seen": seen, **fields})

    def save_as_shown(self, **changes: Any) -> IntacctSettings:
        """Change only these on the page as it stands, and save."""
        answer = self.browser.post(PAGE, {**form_in(self.get()), **changes})
        assert answer.status_code == 302, text_of(answer)
        return settings_of(self.company)

    def saved(self, **fields: Any) -> IntacctSettings:
        answer = self.save(**fields)
        assert answer.status_code == 302, text_of(answer)
        return settings_of(self.company)


def text_of(answer: Any) -> str:
    """What a person reads: no tags, single blanks."""
    words = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return " ".join(unescape(words).split())


def told(answer: Any) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


def form_in(html: str) -> dict[str, Any]:
    """What a browser would send of the settings form as it stands; of boxes the ticked ones."""
    form = next(form for form in lxml.html.fromstring(html).forms if "sender_id" in form.fields)
    sent: dict[str, Any] = {}
    for name, value in form.form_values():
        if name in sent:
            earlier = sent[name]
            sent[name] = [*(earlier if isinstance(earlier, list) else [earlier]), value]
        else:
            sent[name] = value
    return sent
