"""Which addresses may receive two passwords (S-3), and which versions there are (S-1)."""

import pytest

from intacct.gateway import AddressRefused, AddressRule, Version


@pytest.mark.parametrize(
    "url",
    [
        "https://api.intacct.com/ia/xml/xmlgw.phtml",
        "https://www.intacct.com/ia/xml/xmlgw.phtml",
        "https://API.Intacct.COM:443/ia/xml/xmlgw.phtml",
        "https://intacct.com/",
        "https://api-p301.eu.intacct.com/ia/xml/xmlgw.phtml?.lang=en",
    ],
)
def test_intacts_own_hosts_are_let_through(url: str) -> None:
    AddressRule().check(url)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("", "empty"),
        ("http://api.intacct.com/", "https"),
        ("ftp://api.intacct.com/", "https"),
        ("api.intacct.com/ia/xml", "no host"),
        ("https:///ia/xml", "no host"),
        ("https://evil.example/", "not allowed"),
        ("https://notintacct.com/", "not allowed"),
        ("https://api.intacct.com.evil.example/", "not allowed"),
        ("https://evil.example/?https://api.intacct.com/", "not allowed"),
        ("https://api.intacct.com@evil.example/", "user name"),
        ("https://user:pw@api.intacct.com/", "user name"),
        ("https://evil.example\\@api.intacct.com/", "backslashes"),
        ("https://api.intacct.com/\r\nHost: evil.example", "control characters"),
        (" https://api.intacct.com/", "blanks"),
        ("https://api.intacct.com:8443/", "port 8443"),
        ("https://api.intacct.com:0/", "port 0"),
        ("https://api.intacct.com:99999/", "cannot be read"),
        ("https://api.intacct.com/#x", "#"),
        ("https://[::1", "cannot be read"),
        ("https://127.0.0.1/", "not allowed"),
        ("http://127.0.0.1:9400/ia/xml/xmlgw.phtml", "https"),
        ("https://intacct.com./", "not allowed"),
        ("https://api.intаcct.com/", "not allowed"),
    ],
)
def test_every_other_address_is_refused_with_a_sentence(url: str, sentence: str) -> None:
    with pytest.raises(AddressRefused, match=sentence) as refused:
        AddressRule().check(url)

    assert refused.value.culprit == "address"
    assert refused.value.advice


@pytest.mark.parametrize("url", ["http://127.0.0.1:9400/x", "http://localhost:9400/x", "http://[::1]:9400/x"])
def test_http_on_loopback_is_for_deployments_that_allow_it(url: str) -> None:
    AddressRule(allow_loopback_http=True).check(url)
    with pytest.raises(AddressRefused):
        AddressRule().check(url)


@pytest.mark.parametrize(
    "url", ["http://192.168.1.7:9400/x", "http://127.0.0.1.evil.example/", "http://api.intacct.com/"]
)
def test_http_elsewhere_is_never_allowed(url: str) -> None:
    with pytest.raises(AddressRefused):
        AddressRule(allow_loopback_http=True).check(url)


def test_a_deployment_may_name_other_domains() -> None:
    AddressRule(allowed_domains=("gateway.example",)).check("https://eu.gateway.example/x")
    with pytest.raises(AddressRefused):
        AddressRule(allowed_domains=("gateway.example",)).check("https://api.intacct.com/")
    with pytest.raises(AddressRefused, match="allowed: none"):
        AddressRule(allowed_domains=()).check("https://api.intacct.com/")


@pytest.mark.parametrize(
    ("text", "version"),
    [("v2.1", "2.1"), ("2.1", "2.1"), ("v3.0", "3.0"), ("3.0", "3.0"), (" V3.0 ", "3.0")],
)
def test_s_1_versions_have_two_spellings_each(text: str, version: str) -> None:
    assert Version.parse(text) == version


@pytest.mark.parametrize("text", ["", "v", "3", "3.1", "vv3.0", "two"])
def test_s_1_other_versions_are_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"DTD Version must be v2\.1 or v3\.0\."):
        Version.parse(text)
