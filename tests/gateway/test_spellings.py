"""A secret is masked however it is spelt, and no text takes longer than its length deserves (G-4, S-2)."""

import json
import re
import time
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from intacct.gateway import (
    ErrorDetail,
    GetList,
    Query,
    ReadByQuery,
    RequestRefused,
    all_of,
    at_least,
    equal,
    one_of,
    redact,
)
from intacct.gateway.answers import MOST_ERRORS, AnswerReader
from intacct.gateway.functions.filters import Comparison
from intacct.gateway.redaction import MASK, SECRET_NAMES
from intacct.gateway.text import people_text
from tests.gateway.fake import FakeGateway, control_failure

SECRET = "Pässw<&>örd €1"

SPELT = {
    "decimal": "".join(f"&#{ord(sign)};" for sign in SECRET),
    "hexadecimal": "".join(f"&#x{ord(sign):X};" for sign in SECRET),
    "with zeros": "".join(f"&#{ord(sign):07};" for sign in SECRET),
    "in part": SECRET.replace("s", "&#115;").replace("&", "&amp;", 1),
    "twice": "".join(f"&amp;#{ord(sign)};" for sign in SECRET),
    "four times": escape(escape(escape(escape(SECRET)))),
    "html": SECRET.replace("&", "&amp;").replace("ä", "&auml;").replace("€", "&euro;"),
    "address": quote(SECRET, safe=""),
    "form": quote_plus(SECRET),
    "address twice": quote(quote(SECRET, safe=""), safe=""),
    "address of entities": quote("".join(f"&#{ord(sign)};" for sign in SECRET), safe=""),
    "every octet": "".join(f"%{octet:02x}" for octet in SECRET.encode()),
    "latin-1 address": quote(SECRET.replace("€", ""), safe="", encoding="latin-1"),
    "json": json.dumps(SECRET)[1:-1],
    "json twice": json.dumps(json.dumps(SECRET))[3:-3],
    "misread": SECRET.encode().decode("latin-1"),
}


@pytest.mark.parametrize("how", SPELT)
def test_a_known_secret_is_masked_in_every_spelling(how: str) -> None:
    secret = SECRET.replace("€", "") if how == "latin-1 address" else SECRET

    assert redact(f"Invalid value '{SPELT[how]}'!", [secret]) == f"Invalid value '{MASK}'!"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "iso-8859-1", "cp1252", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
@pytest.mark.parametrize("declares", [True, False])
def test_a_known_secret_is_masked_in_bytes_of_any_encoding(encoding: str, declares: bool) -> None:
    secret = "Pässwörd 1"
    declaration = f'<?xml version="1.0" encoding="{encoding}"?>' if declares else ""

    shown = redact(f"{declaration}<a>{secret}</a>".encode(encoding), [secret])

    assert shown.endswith(f"<a>{MASK}</a>")
    assert "ssw" not in shown


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "iso-8859-1"])
def test_a_secret_of_another_encoding_than_its_text_is_masked(encoding: str) -> None:
    secret = "Pässwörd1"

    assert "ssw" not in redact(b"<a>" + secret.encode(encoding) + b"</a>", [secret]).replace("\0", "")
    assert "ssw" not in redact("<a>".encode("utf-16") + secret.encode() + b"</a>", [secret])
    in_wide = redact("<a>".encode("utf-16") + secret.encode() + b"</a>", [secret])
    assert b"ssw" not in in_wide.encode("utf-16-le", "replace")


@pytest.mark.parametrize(
    "text",
    [
        "&#112;assword=hidden",
        "&#60;&#112;assword&#62;hidden&#60;/password&#62;",
        "%3Cpassword%3Ehidden%3C%2Fpassword%3E",
        "\\u003cpassword\\u003ehidden\\u003c/password\\u003e",
        "password%3Dhidden",
        '{\\"sessionid\\": \\"hidden\\"}',
        "{'password': b'hidden'}",
        "password='hidden",
        "TAXID = 'it\\'s hidden'",
        "(TAXID in ('a', 'hidden')) AND (NAME = 'x')",
        "SSN not in ('hidden')",
        "TAXID >= 'hidden'",
        "TAXID like 'hidden%'",
        "TAXID &lt;= 'hidden'",
        "<equalto><field>TAXID</field><value>hidden</value></equalto>",
        "<in><field>CONTACT.SSN</field><value>1</value><value>hidden</value></in>",
        "<expression><field>taxid</field><operator>=</operator><value>hidden</value></expression>",
        "<customfield><customfieldname>RP_SSN</customfieldname><customfieldvalue>hidden</customfieldvalue></customfield>",
        "<customfieldname ><![CDATA[TAXID]]></customfieldname>\n<customfieldvalue>hidden",
        '<password hint="a/>b">hidden</password>',
        '<password hint="a/>hidden</password>',
    ],
)  # fmt: skip
def test_what_is_secret_by_its_name_is_masked_however_it_is_written(text: str) -> None:
    assert "hidden" not in redact(text)
    assert "hidden" not in redact(text.encode())
    assert "hidden" not in redact(escape(text))


def test_what_belongs_to_another_field_stays() -> None:
    text = (
        "<and><equalto><field>TAXID</field><value>12</value></equalto>"
        "<equalto><field>NAME</field><value>Acme</value></equalto></and>"
    )

    assert redact(text) == text.replace("12", MASK)
    assert redact("TAXID in ('a', 'b') AND NAME = 'Acme'") == f"TAXID in ({MASK}, {MASK}) AND NAME = 'Acme'"
    assert redact("<password/><a>b</a><ssn  /><c>d</c>") == "<password/><a>b</a><ssn  /><c>d</c>"


@pytest.mark.parametrize("field", ["TAXID", "CONTACT.SSN", "taxid"])
def test_g_4_our_own_filters_show_no_secret_number(field: str) -> None:
    """What is looked for is as secret as what is found."""
    for condition in (
        equal(field, "hidden-1"),
        one_of(field, ("hidden-1", "hidden-2")),
        all_of(at_least(field, "hidden-1"), Comparison(field, "notequalto", ("it's hidden-3",))),
        Comparison(field, "like", ("hidden-%",)),
    ):
        for function in (
            Query("CUSTOMER", ("RECORDNO",), filter=condition),
            GetList("customer", filter=condition),
            ReadByQuery("CUSTOMER", filter=condition),
        ):
            assert "hidden" not in redact(etree.tostring(function.to_xml()))


def test_only_the_beginning_is_told_and_no_secret_is_cut_in_it() -> None:
    text = "<a>" + "x" * 50 + SPELT["decimal"] + "</a>"
    for most in range(len(text)):
        shown = redact(text, [SECRET], most=most)
        assert len(shown) <= most
        assert re.fullmatch(r"(<a?>?x*)?\**[</a>]*", shown), shown


# -- time -----------------------------------------------------------------------------------------------

HOSTILE = [
    "a.", "<password ", "<password>", "<password/>", "&amp;", "&#38;", "%25", "%41", "%e4", "password",
    "password=", 'password="', "password='password=\"", "password  ", "<", "< ", "</", "<field ", "<field>",
    "<field>ssn<value>", "ssn in (", "\\u0041", "&#000", "&a", "<password '/>", "'", "aab", "\\\"", "<a>ssn=",
    "password not ", "<password></a>", "[Support ID: ", "&lt;ssn&gt;",
]  # fmt: skip
LONG = 100_000


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_long_text_of_anything_is_read_at_once(piece: str) -> None:
    """What grew with the square of the length took minutes or hours for as much."""
    text = piece * (LONG // len(piece))
    begun = time.monotonic()

    redact(text, ["aabc", SECRET])
    redact(f"password={text}", ["aabc", SECRET])
    people_text(text)

    assert time.monotonic() - begun < 10


def test_a_mebibyte_of_everything_is_read_in_seconds() -> None:
    text = "".join(piece * (2**15 // len(piece)) for piece in HOSTILE)
    begun = time.monotonic()

    assert len(text) > 1_000_000
    redact(text, ["aabc", SECRET])

    assert time.monotonic() - begun < 60


@pytest.mark.parametrize(
    "text",
    [
        "password" + " " * LONG,
        'password="' + '\\"' * (LONG // 2),
        "&" + "amp;" * (LONG // 4),
        "&#" + "0" * LONG,
        "&#" + "9" * LONG,
        "<password>" + "</x>" * (LONG // 4),
        "<password>" + "</" + "a" * LONG,
        "".join(f"<a{number}password>" for number in range(LONG // 15)),
        "ssn in (" + "'a'," * (LONG // 4),
        "[Support ID:" + " " * LONG,
        "&amp;#" + "9" * LONG + ";",
    ],
    ids=lambda text: text[:14],
)
def test_a_long_text_behind_anything_is_read_at_once(text: str) -> None:
    begun = time.monotonic()

    redact(text, ["aabc", SECRET])
    people_text(text)

    assert time.monotonic() - begun < 10


# -- a plain model --------------------------------------------------------------------------------------

NAME = rf"[\w:.-]*(?:{'|'.join(SECRET_NAMES)})"
PLAIN_ELEMENT = re.compile(
    rf"<\s*({NAME}\b[\w:.-]*)(?![\w:.-])[^>]*(?<!/)>(.*?)(?:<\s*/\s*\1(?![\w:.-])|\Z)",
    re.IGNORECASE | re.DOTALL,
)
PIECES = st.sampled_from(
    [*"<>/ =:'\"ab\n", "<password>", "</password>", "<x:ssn", "</x:ssn", "password", "SSN", "secret",
     "<a>", "</a>", "<password/>", "=", "='"]
)  # fmt: skip


@settings(max_examples=500, deadline=None)
@given(text=st.lists(PIECES, max_size=14).map("".join))
def test_all_that_a_plain_pattern_finds_is_masked(text: str) -> None:
    """The pattern says it in one line, and takes the cube of the length for it."""
    marked = re.sub(
        "ab", "\ue000", text
    )  # only what the pattern hides can be told apart by a sign of its own
    shown = redact(marked)
    for found in PLAIN_ELEMENT.finditer(marked):
        if "\ue000" in found[2] and marked.count("\ue000") == found[2].count("\ue000"):
            assert "\ue000" not in shown


SIGNS = st.text(st.characters(categories=("L", "N", "P", "S")), min_size=4, max_size=12)


@settings(max_examples=300, deadline=None)
@given(secret=SIGNS, before=st.text(max_size=20), after=st.text(max_size=20), data=st.data())
def test_a_secret_spelt_sign_by_sign_in_any_mixture_is_masked(
    secret: str, before: str, after: str, data: st.DataObject
) -> None:
    ways = st.sampled_from(
        [
            lambda sign: escape(sign, {'"': "&quot;"}),
            lambda sign: f"&#{ord(sign)};",
            lambda sign: f"&#x{ord(sign):x};",
            lambda sign: f"&amp;#{ord(sign)};",
            lambda sign: quote(sign, safe=""),
        ]
    )
    if "%" in secret or "\\" in secret or "&" in secret:
        return  # what is no escape in a secret would have to be written as one everywhere
    spelt = "".join(data.draw(ways)(sign) for sign in secret)

    shown = redact(f"{before}\n[{spelt}]\n{after}", [secret])

    assert f"[{spelt}]" not in shown


# -- how much of an answer's errors is read -----------------------------------------------------------------


def test_of_many_errors_the_first_are_kept_and_the_others_counted(gateway: FakeGateway) -> None:
    many = control_failure(*[("XL03000003", f"Number {number}") for number in range(5000)])
    gateway.scripted_sign_ins = [many]

    with pytest.raises(RequestRefused) as refused:
        gateway.client().sign_in()

    assert refused.value.text == "Number 0"


def test_many_errors_are_told_as_a_number() -> None:
    holder = etree.fromstring(control_failure(*[("A-1", "Wrong")] * (MOST_ERRORS + 7)))

    found = AnswerReader("c", ["f"])._errors(holder)

    assert len(found) == MOST_ERRORS
    assert found[0] == ErrorDetail("A-1", "Wrong")
    assert found[-1].text == "Wrong (and 7 more errors)"
