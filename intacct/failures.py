"""What the gateway refused, in words that an administrator can act on (R-3, S-4).

Nothing here tells an id or an address: a run's message is also read by people who may not see the
settings (U-1).
"""

from collections.abc import Iterator
from contextlib import contextmanager

from intacct.connecting import SecretsUnreadable
from intacct.gateway import (
    AddressRefused,
    GatewayError,
    ListIncomplete,
    NetworkFault,
    ProtocolFault,
)
from integrations.runs.context import RunFailed

WHERE = "Company → Company Info → Integration Settings → Configure"
CHECK_ADDRESS = "Check Post URL in the settings: https://api.intacct.com/ia/xml/xmlgw.phtml is Intacct's own."
NOTHING_CHANGED = "Nothing was changed here."


@contextmanager
def gateway_failures_told() -> Iterator[None]:
    """Turn what the gateway, or the way to it, refuses inside the block into RunFailed."""
    try:
        yield
    except GatewayError as error:
        raise run_failed(error) from error
    except SecretsUnreadable as error:
        raise RunFailed(str(error), advice=f"Enter both passwords again ({WHERE}).") from error


def run_failed(error: GatewayError) -> RunFailed:
    """The failure of a run: a sentence, what to do, and beside them the gateway's own code and text."""
    message, advice = in_words(error)
    advice = advice.replace("in the settings", f"in the settings ({WHERE})", 1)
    return RunFailed(message, advice=advice, code=error.code, text=error.text)


def in_words(error: GatewayError) -> tuple[str, str]:
    """What is wrong, and what to do about it."""
    if isinstance(error, AddressRefused) and error.after_sign_in:
        return (
            "The passwords were sent to the address in Post URL to sign in; nothing was sent to the address "
            f"that it answered for what follows. {error.message}",
            f"{CHECK_ADDRESS} If it is not Intacct's, correct it and change both passwords; if it is, tell "
            "ReconPro's support.",
        )
    if isinstance(error, AddressRefused):
        return f"Nothing was sent, because of the address in Post URL. {error.message}", CHECK_ADDRESS
    if isinstance(error, NetworkFault):
        if error.culprit == "address":
            return f"Intacct could not be reached. {error.message}", CHECK_ADDRESS
        return (
            f"Intacct could not be reached. {error.message}",
            f"{CHECK_ADDRESS} If it is right, try again in a few minutes, or ask who runs your ReconPro "
            "whether its server may connect to the Internet.",
        )
    if isinstance(error, ProtocolFault):
        return (
            f"What answers at Post URL is not Intacct's gateway, or is disturbed. {error.message}",
            CHECK_ADDRESS,
        )
    if isinstance(error, ListIncomplete):
        return f"{error.message} {NOTHING_CHANGED}", "Start it again."
    return error.message, error.advice
