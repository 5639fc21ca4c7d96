"""What an HTTP status means when the body tells nothing."""

from intacct.gateway.error_rows import AGAIN_LATER, CHECK_SIGN_IN, TELL_SUPPORT, Row
from intacct.gateway.errors import (
    PermissionRefused,
    ProtocolFault,
    RequestRefused,
    SignInRefused,
    TemporarilyUnavailable,
    Throttled,
)

REDIRECT = Row(
    RequestRefused,
    "The address answers with a redirect (HTTP {status}), which is not followed.",
    "Enter in Post URL the address that answers directly.",
    culprit="address",
)
SERVER_FAULT = Row(
    TemporarilyUnavailable,
    "The gateway has a fault of its own (HTTP {status}).",
    AGAIN_LATER,
)
OTHER_HTTP = Row(ProtocolFault, "The gateway refused the request (HTTP {status}).", TELL_SUPPORT)

HTTP_ROWS: dict[int, Row] = {
    400: Row(RequestRefused, "The gateway calls the request invalid (HTTP {status}).", TELL_SUPPORT),
    401: Row(
        SignInRefused,
        "The gateway does not accept the sign-in information (HTTP {status}).",
        f"{CHECK_SIGN_IN} If they are right, check Sender ID and Sender Password.",
        culprit="user",
    ),
    403: Row(
        PermissionRefused,
        "The gateway does not allow this (HTTP {status}).",
        "Ask the Intacct administrator whether the user, or this server's address, is let in.",
        culprit="permission",
    ),
    404: Row(
        RequestRefused,
        "There is no gateway at this address (HTTP {status}).",
        "Correct Post URL in the settings.",
        culprit="address",
    ),
    405: Row(
        RequestRefused,
        "There is no gateway at this address (HTTP {status}).",
        "Correct Post URL in the settings.",
        culprit="address",
    ),
    408: Row(TemporarilyUnavailable, "The gateway timed out (HTTP {status}).", AGAIN_LATER),
    413: Row(RequestRefused, "The gateway calls the request too large (HTTP {status}).", TELL_SUPPORT),
    429: Row(
        Throttled,
        "Intacct is receiving too many requests at the moment (HTTP {status}).",
        AGAIN_LATER,
    ),
    498: Row(SignInRefused, "The session has expired (HTTP {status}).", "Start it again.", culprit="user"),
    524: Row(
        TemporarilyUnavailable,
        "The line was cut while Intacct was still working (HTTP {status}).",
        AGAIN_LATER,
    ),
}
