"""What the gateway says no with: one exception per level, and the wordings of table 6.4.

Codes and texts that no source has shown begin with `SIM-`, so that no client comes to rely on them.
"""

import secrets
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One `error` of an errormessage."""

    errorno: str
    description2: str  # never empty: published clients take the first error's for granted
    description: str = ""
    correction: str = ""


class Refusal(Exception):
    """Carries the problems, most specific first."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(problems[0].description2 or problems[0].errorno)
        self.problems = problems


class ControlRefusal(Refusal):
    """The whole request is refused: nothing ran."""

    http_status = 200


class SignInRefusal(Refusal):
    """The operation's authentication failed: nothing in it ran."""


class FunctionRefusal(Refusal):
    """One function failed."""


ROLLED_BACK = Problem(
    "XL03000009",
    "The entire transaction in this operation has been rolled back due to an error.",
)
WRONG_SENDER = Problem("XL03000006", "Incorrect Intacct XML Partner ID or password.")
WRONG_SIGN_IN = Problem("XL03000006", "Sign-in information is incorrect")
COMPANY_EXPIRED = Problem("PL04000055", "This company is a demo company and has expired.")
NOT_PROCESSED = Problem("DL02000001", "There was an error processing the request.")


def support_id() -> str:
    """A mark as the gateway ends its texts with: `[Support ID: nHh88EB032~Y1JFVP0J5xA-...]`."""
    return f"[Support ID: {secrets.token_hex(5)}~{secrets.token_urlsafe(18)}]"


def unauthorised_sender(sender: str, company: str) -> Problem:
    return Problem(
        "XL03000006",
        f"The sender ID '{sender}' is not authorized to make Web Services requests to company ID "
        f"'{company}'.",
        description="Invalid Web Services Authorization",
        correction="Contact the company administrator to grant Web Services authorization to this sender ID.",
    )


def no_permission(operation: str, kind: str) -> Problem:
    return Problem(
        "PL04000005",
        f"You do not have permission for API operation {operation} on objects of type {kind.lower()}",
    )


def fields_not_queried(names: list[str]) -> Problem:
    return Problem("XL03000006", f"The following fields cannot be queried: {', '.join(names)}")


def unknown_object(name: str) -> Problem:
    return Problem("Query Failed", f"Object definition {name} not found")


def repeated_control_id(control_id: str) -> Problem:
    return Problem(
        "SIM-DUPLICATE-CONTROLID",
        f"A function with control id '{control_id}' has already been executed and completed.",
    )


def not_simulated(name: str) -> Problem:
    return Problem("SIM-NOT-SIMULATED", f"The simulator does not run {name}.")
