"""The example of docs/gateway.md runs as it stands, but for the address and the names."""

import re
from pathlib import Path

import pytest

import intacct.gateway
from tests.gateway.in_process import Simulator

PAGE = Path(__file__).resolve().parents[2] / "docs" / "gateway.md"


def test_the_example_reads_every_customer(simulator: Simulator, capsys: pytest.CaptureFixture[str]) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    for written, real in {
        "https://api.intacct.com/ia/xml/xmlgw.phtml": simulator.url,
        '"sender id", "sender password", "user id", "company id", "user password"': (
            '"recon_sender", "sender-secret", "recon_ws", "ACME-SANDBOX", "user-secret"'
        ),
        "AddressRule()": "AddressRule(allow_loopback_http=True)",
    }.items():
        assert written in example
        example = example.replace(written, real)

    exec(compile(example, str(PAGE), "exec"), {})

    assert len(capsys.readouterr().out.splitlines()) == simulator.state()["customers"]["total"]


def test_every_name_that_the_page_uses_is_exported() -> None:
    text = PAGE.read_text()
    errors = {name for name in intacct.gateway.__all__ if is_an_error(name)}

    assert [name for name in sorted(errors - {"GatewayError"}) if f"`{name}`" not in text] == []
    for name in ("Query", "ReadByQuery", "GetList", "CreateSalesTransaction", "CreateInvoice", "ArInvoices"):
        assert name in text
        assert name in intacct.gateway.__all__


def is_an_error(name: str) -> bool:
    found = getattr(intacct.gateway, name)
    return isinstance(found, type) and issubclass(found, intacct.gateway.GatewayError)
