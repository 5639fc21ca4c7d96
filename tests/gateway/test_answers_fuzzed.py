"""Whatever answers, the caller sees a valid outcome or a GatewayError, never anything else (G-3)."""

import os
import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from intacct.gateway import GatewayError
from tests.gateway.fuzzing import (
    ANSWERS,
    HEADERS,
    OPERATIONS,
    STATUSES,
    TEXTS,
    Tampered,
    carry_out,
    mutated,
)

# FUZZ_ROUNDS makes it look longer; FUZZ_SEED makes it look elsewhere.
ROUNDS = int(os.environ.get("FUZZ_ROUNDS", "30"))
SEED = os.environ.get("FUZZ_SEED", "1")
ANY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def survives(name: str, http: Tampered) -> str:
    """What it ended as. Anything but a value or a GatewayError goes through, and fails the test."""
    try:
        outcome = carry_out(name, http)
    except GatewayError as fault:
        outcome = fault
    shown = f"{outcome!r} {vars(outcome) if isinstance(outcome, GatewayError) else ''}"
    assert "s3cret" not in shown
    return type(outcome).__name__


def test_each_recorded_answer_is_read_as_it_is() -> None:
    assert set(ANSWERS) == set(OPERATIONS)
    ended = {name: survives(name, Tampered(ANSWERS[name], signs_in=_signs_in(name))) for name in ANSWERS}

    refused = {name: kind for name, kind in ended.items() if name.startswith(("refused", "schema", "fields"))}
    assert refused == {
        "refused-sender": "SignInRefused",
        "refused-user": "SignInRefused",
        "schema-failure": "RequestRefused",
        "fields-refused": "FieldsRefused",
    }
    assert ended["created"] == ended["create-refused"] == "list"
    assert ended["lookup"] == ended["inspect"] == "Definition"


@pytest.mark.parametrize("name", ANSWERS)
def test_a_tampered_answer_is_an_outcome_or_a_gateway_error(name: str) -> None:
    chance = random.Random(f"{SEED} {name}")
    for number in range(ROUNDS):
        body = mutated(ANSWERS[name], chance)
        how: dict[str, Any] = {
            "status": chance.choice(STATUSES),
            "headers": chance.choice(HEADERS),
            "piece": chance.choice((1, 7, 200, 65536)),
        }
        try:
            survives(name, Tampered(body, signs_in=_signs_in(name), **how))
        except Exception as surprise:
            surprise.add_note(f"round {number} of {name}: {how} {body!r}")
            raise


NAMES = st.sampled_from(sorted(ANSWERS))


@ANY
@given(name=NAMES, body=st.binary(max_size=300), piece=st.sampled_from([1, 65536]))
def test_any_bytes(name: str, body: bytes, piece: int) -> None:
    survives(name, Tampered(body, signs_in=_signs_in(name), piece=piece))


VOCABULARY = (
    "response control status senderid controlid uniqueid dtdversion operation authentication userid "
    "companyid locationid sessiontimestamp sessiontimeout result function data listtype key "
    "errormessage error errorno description description2 correction api sessionid endpoint CUSTOMER "
    "customer RECORDNO customfields customfield customfieldname Type Fields Field ID sotransitems "
    "sotransitem datecreated acknowledgement"
).split()
WORDS = st.sampled_from(
    ["success", "failure", "aborted", "$CONTROL", "$F1", "$F2", "1", "", "&lt;"]
) | st.text(st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="<&\ufffe\uffff"), max_size=8)


def _tag(name: str, attributes: dict[str, str], inner: str) -> str:
    written = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f"<{name}{written}>{inner}</{name}>"


ATTRIBUTES = st.dictionaries(
    st.sampled_from(["start", "end", "total", "totalcount", "count", "numremaining", "offset", "resultId"]),
    st.sampled_from(["", "0", "1", "2", "-1", "x", "99999999999999999999", "c"]),
    max_size=4,
)
TREES = st.recursive(
    WORDS,
    lambda inner: st.builds(
        _tag, st.sampled_from(VOCABULARY), ATTRIBUTES, st.lists(inner, max_size=4).map("".join)
    ),
    max_leaves=25,
)
FRAME = (
    "<response><control><status>success</status><controlid>$CONTROL</controlid></control><operation>"
    "<authentication><status>success</status></authentication>{}</operation></response>"
)
RESULT = "<result><status>success</status><controlid>$F1</controlid>{}</result>"


@ANY
@given(name=NAMES, tree=TREES, depth=st.integers(0, 2))
def test_any_well_formed_answer(name: str, tree: str, depth: int) -> None:
    for frame in (RESULT, FRAME)[2 - depth :]:
        tree = frame.format(tree.replace("{", "").replace("}", ""))
    body = tree if tree.startswith("<") else f"<response>{tree}</response>"

    survives(name, Tampered(body.encode(), signs_in=_signs_in(name)))


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("name", ["query", "list", "created", "sign-in"])
def test_a_strange_text_anywhere(name: str, text: bytes) -> None:
    whole = ANSWERS[name]
    for place in range(0, len(whole), max(1, len(whole) // 10)):
        survives(name, Tampered(whole[:place] + text + whole[place:], signs_in=_signs_in(name)))


def _signs_in(name: str) -> bool:
    return name in ("sign-in", "refused-sender", "refused-user")
