"""Test Connection: signs in with what is in the form and says in a sentence what is wrong, and whose
password or permission it is, or where one is and what may be read (S-4). Never writes."""

from dataclasses import dataclass, field

from intacct.connecting import SecretsUnreadable, gateway_client, test_limits
from intacct.failures import in_words
from intacct.gateway import (
    Client,
    GatewayError,
    PermissionRefused,
    RequestRecord,
    RequestRefused,
    SignIn,
    SignInRefused,
    SubscriptionMissing,
)
from intacct.models import IntacctSettings
from integrations.runs.context import keep_request
from integrations.runs.turn import TurnLost, TurnTaken, gateway_turn

LABEL = "Test Connection"
NEEDS_THEM = "needs them"


@dataclass(frozen=True)
class ListRead:
    """A list that a button reads, what an administrator calls it, and what the button does without it."""

    object: str
    plural: str
    button: str
    without_it: str = NEEDS_THEM


# All that the imports read, in their order (`intacct.jobs.imports`).
LISTS = (
    ListRead("CUSTOMER", "customers", "Import Customers"),
    ListRead("ARTERM", "terms", "Import Customers", "leaves them as they are here"),
    ListRead("ITEM", "items", "Import Services"),
    ListRead("DEPARTMENT", "departments", "Import Services", "can't check those of services"),
    ListRead("EMPLOYEE", "employees", "Import Employees"),
    ListRead("LOCATION", "locations", "Import Employees"),
    ListRead("LOCATIONENTITY", "entities", "Import Employees"),
)


@dataclass
class Verdict:
    """What came of it. `level` is Bootstrap's: "success", "warning" or "danger"."""

    level: str
    sentence: str
    advice: str = ""
    code: str = ""
    text: str = ""
    details: list[str] = field(default_factory=list)


def try_connection(settings: IntacctSettings) -> Verdict:
    """Sign in and look. The requests are logged without a run; the turn is held meanwhile (G-3)."""
    company = settings.company

    def log(record: RequestRecord) -> None:
        keep_request(company, record)

    try:
        with (
            gateway_turn(company, LABEL) as turn,
            gateway_client(
                settings, on_request=log, before_request=turn.renew, limits=test_limits()
            ) as client,
        ):
            return _signed_in(settings, client, client.sign_in())
    except (TurnTaken, TurnLost) as taken:
        return Verdict("warning", str(taken), "Nothing was tested.")
    except SecretsUnreadable as error:
        return Verdict("danger", str(error), "Enter both passwords again.")
    except GatewayError as error:
        return refused(settings, error)


def _signed_in(settings: IntacctSettings, client: Client, sign_in: SignIn) -> Verdict:
    may: list[str] = []
    may_not: list[ListRead] = []
    refusal: GatewayError | None = None
    for each in LISTS:
        try:
            total = client.check_read(each.object)
        except (PermissionRefused, RequestRefused) as error:  # as an import takes them
            may_not.append(each)
            refusal = refusal or error
        else:
            may.append(each.plural if total is None else f"{each.plural} ({total:,})")
    where = f"entity {sign_in.entity_id}" if sign_in.entity_id else "the whole company"
    sentence = (
        f"Connected: signed in to company {sign_in.company_id}, {where}, as user {sign_in.user_id}, "
        f"with version {settings.dtd_version}."
    )
    readable = f"May read {_and(may)}." if may else "May read none of the lists that are imported."
    if refusal is None:
        return Verdict("success", sentence, details=[readable])
    hidden = _and([each.plural for each in may_not])
    return Verdict(
        "warning",
        sentence,
        f"Ask the Intacct administrator to give the role of user {sign_in.user_id} the permission to list "
        f"and view {hidden}.",
        code=refusal.code,
        text=refusal.text,
        details=[readable, *_what_that_means(may_not)],
    )


def _what_that_means(may_not: list[ListRead]) -> list[str]:
    """A sentence for each button and what it does without the lists."""
    lists: dict[tuple[str, str], list[str]] = {}
    for each in may_not:
        lists.setdefault((each.button, each.without_it), []).append(each.plural)
    return [f"May not read {_and(plurals)}: {button} {then}." for (button, then), plurals in lists.items()]


def refused(settings: IntacctSettings, error: GatewayError) -> Verdict:
    """What the gateway, or the way to it, refused, with what was tried."""
    message, advice = in_words(error)
    return Verdict(
        "danger", message, advice, code=error.code, text=error.text, details=_what_was_tried(settings, error)
    )


def _what_was_tried(settings: IntacctSettings, error: GatewayError) -> list[str]:
    """The ids that the refusal is about, so that a slip of the fingers shows; no secret."""
    if error.culprit == "sender":
        return [f"Sender ID: {settings.sender_id}"]
    if isinstance(error, SignInRefused | SubscriptionMissing):
        entity = [f"Entity: {settings.entity}"] if settings.entity else []
        ids = [f"Auth User ID: {settings.auth_user_id}", f"Auth Company ID: {settings.auth_company_id}"]
        return [*ids, *entity]
    if error.culprit == "version":
        return [f"DTD Version: {settings.dtd_version}"]
    if error.level in ("address", "network", "http", "protocol"):
        return [f"Post URL: {settings.post_url}"]
    return []


def _and(words: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]])) if words else ""
