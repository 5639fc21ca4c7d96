"""Any text that people, spreadsheets and broken imports can bring, and requests made of it."""

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from lxml import etree

from intacct.gateway import Credentials, Function, Version
from intacct.gateway.envelope import Envelope
from intacct.simulator import schemas

ANY = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])

# Whatever a keyboard, a spreadsheet or a broken import can bring, and what XML cannot carry.
NASTY = "]]>\x00<&>\"'\\ \ud800\ufffe\uffff\U0001f600\U0010ffff\r\n\t\x85\u2028é"
ANY_TEXT = (
    st.text(max_size=40)
    | st.text(st.characters(categories=("Cc", "Cs", "Lu", "Sm", "Po")) | st.sampled_from(NASTY), max_size=40)
    | st.sampled_from(["]]>", "<![CDATA[", "&amp;", "&#0;", "<!--", "?>", "' OR '1'='1", "\\'", NASTY])
)


def carried(text: str) -> str:
    """What of a text must arrive: its characters that XML 1.0 allows (production 2), and all of them. Written
    down here, since the client's own idea of it is what is tested.
    """
    return "".join(
        character
        for character in text
        if character in "\t\n\r"
        or 0x20 <= ord(character) <= 0xD7FF
        or 0xE000 <= ord(character) <= 0xFFFD
        or 0x10000 <= ord(character) <= 0x10FFFF
    )


def sent(version: Version, *functions: Function, **changes: Any) -> etree._Element:
    """The functions as they arrive in a request of that version, which is held to its schema."""
    details: dict[str, Any] = {
        "credentials": Credentials("recon_sender", "a", "recon_ws", "ACME", "b"),
        "control_ids": [f"f{number}" for number in range(len(functions))],
        "session_id": "SESSION..",
    } | changes
    body = Envelope(version=version, control_id="c-1", functions=functions, **details).to_bytes()
    assert schemas.validate_request(body, version) == []
    return etree.fromstring(body)
