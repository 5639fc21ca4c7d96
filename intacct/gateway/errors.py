"""What can go wrong, by the question: who can do something about it?

Every error carries a sentence for an administrator (``message``), what to do (``advice``) and, apart from
them, the gateway's own code and words (spec R-3). None of them ever holds a secret.
"""

from typing import ClassVar, Literal, TypedDict, Unpack

Level = Literal["", "address", "network", "http", "protocol", "control", "authentication", "result"]
Culprit = Literal[
    "", "sender", "user", "company", "entity", "address", "network", "version",
    "permission", "subscription",
]  # fmt: skip


class Details(TypedDict, total=False):
    """What a GatewayError may be told beside its message, by name."""

    advice: str
    code: str
    text: str
    support_id: str
    level: Level
    control_id: str
    culprit: Culprit
    http_status: int | None
    retryable: bool | None
    nothing_ran: bool | None
    retry_after_seconds: float | None
    most_retries: int | None
    recognised: bool


class GatewayError(Exception):
    """The gateway, or the way to it, refused.

    ``code`` and ``text`` are the gateway's ``errorno`` and words (tags and support id cut off), ``level`` is
    where the conversation broke, ``culprit`` whose password, permission or setting is to blame.
    ``retryable``: it may heal by itself. ``nothing_ran``: it certainly happened before the gateway did
    anything, so that even a write may be sent again. ``recognised`` False: the table does not know what was
    said, which is kept word for word. ``usual_advice`` is given where whoever raises it has none of its own:
    a refusal without advice helps nobody.
    """

    usual_advice: ClassVar[str] = "Give the code and the text to ReconPro's support."
    retryable = False
    nothing_ran = False
    recognised = True

    def __init__(
        self,
        message: str,
        *,
        advice: str = "",
        code: str = "",
        text: str = "",
        support_id: str = "",
        level: Level = "",
        control_id: str = "",
        culprit: Culprit = "",
        http_status: int | None = None,
        retryable: bool | None = None,
        nothing_ran: bool | None = None,
        retry_after_seconds: float | None = None,
        most_retries: int | None = None,
        recognised: bool = True,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice or self.usual_advice
        self.code = code
        self.text = text
        self.support_id = support_id
        self.level: Level = level
        self.control_id = control_id
        self.culprit: Culprit = culprit
        self.http_status = http_status
        self.retry_after_seconds = retry_after_seconds
        self.most_retries = most_retries
        if not recognised:
            self.recognised = False
        if retryable is not None:
            self.retryable = retryable
        if nothing_ran is not None:
            self.nothing_ran = nothing_ran

    def __str__(self) -> str:
        said = ": ".join(part for part in (self.code, self.text) if part)
        return f"{self.message} ({said})" if said else self.message


class AddressRefused(GatewayError):
    """The address may not receive passwords (spec S-3).

    ``after_sign_in``: it is the one that a sign-in answered, so the address of the settings has got them.
    """

    usual_advice = "Check Post URL in the settings."
    nothing_ran = True

    def __init__(self, message: str, *, after_sign_in: bool = False, **details: Unpack[Details]) -> None:
        super().__init__(message, **details)
        self.after_sign_in = after_sign_in


class NetworkFault(GatewayError):
    """The gateway could not be reached, or the line broke."""

    usual_advice = "Check Post URL and this server's way to the internet, then start it again."
    retryable = True


class ProtocolFault(GatewayError):
    """What came back is no answer: no XML, cut, doubled, empty, a web page, somebody else's."""

    usual_advice = "Check Post URL in the settings, then start it again."


class SignInRefused(GatewayError):
    """Sender, user, company or entity: the administrator can mend it in the settings."""

    usual_advice = "Check Auth User ID, Auth Password and Auth Company ID in the settings."


class PermissionRefused(GatewayError):
    """Signed in, but the user may not do this."""

    usual_advice = "Ask the Intacct administrator for the permission."


class SubscriptionMissing(GatewayError):
    """The company has no right to the gateway at all."""

    usual_advice = "Ask the Intacct administrator to subscribe to Web Services."


class Throttled(GatewayError):
    """Too many requests: nothing ran, and it may be sent again after a while."""

    usual_advice = "Start it again in a few minutes."
    retryable = True
    nothing_ran = True


class TemporarilyUnavailable(GatewayError):
    """The gateway is off-line or stumbled; it may heal by itself."""

    usual_advice = "Start it again in a few minutes."
    retryable = True


class RequestRefused(GatewayError):
    """The gateway will never accept this request: a fault of ours, or of a setting."""


class FieldsRefused(RequestRefused):
    """The gateway refuses to show some of the fields asked for (spec I-11); ask again without them."""

    def __init__(self, message: str, *, fields: tuple[str, ...] = (), **details: Unpack[Details]) -> None:
        super().__init__(message, **details)
        self.fields = fields


class RecordRefused(GatewayError):
    """The data of one record or document are at fault; a person can mend them and try again.

    ``dimension`` and ``value`` name the id that the gateway pointed at, where it did ("department", "200").
    """

    usual_advice = "Correct it here or in Intacct, then retry."

    def __init__(
        self, message: str, *, dimension: str = "", value: str = "", **details: Unpack[Details]
    ) -> None:
        super().__init__(message, **details)
        self.dimension = dimension
        self.value = value


class AlreadyExists(RecordRefused):
    """A document or record of that number is there already: read it back before anything else (spec X-5)."""

    usual_advice = "It is looked up before anything else happens."


class OutcomeUnknown(GatewayError):
    """The answer was lost: ask for the document before sending it again (spec X-5).

    ``refusal``: what Intacct says of it now, where an earlier sending may have run: if it isn't there, this
    is why.
    """

    usual_advice = "It is looked up before anything else happens; don't enter it by hand."

    def __init__(
        self, message: str, *, refusal: GatewayError | None = None, **details: Unpack[Details]
    ) -> None:
        super().__init__(message, **details)
        self.refusal = refusal


class ListIncomplete(GatewayError):
    """A list broke off before its end; nothing may be concluded from what is missing (spec I-5)."""

    usual_advice = "Start it again."
