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
    SignIn,
    SignInRefused,
    SubscriptionMissing,
)
from intacct.models import IntacctSettings
from integrations.runs.context import keep_request
from integrations.runs.turn import TurnLost, TurnTaken, gateway_turn

LABEL = "Test Connection"
# What the imports read, and what an administrator calls it.
LISTS = (("CUSTOMER", "customers"), ("ITEM", "items"), ("EMPLOYEE", "employees"))


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
        return _refused(settings, error)


def _signed_in(settings: IntacctSettings, client: Client, sign_in: SignIn) -> Verdict:
    may, may_not = [], []
    for name, plural in LISTS:
        try:
            total = client.check_read(name)
        except PermissionRefused as error:
            may_not.append((plural, error))
        else:
            may.append(plural if total is None else f"{plural} ({total:,})")
    where = f"entity {sign_in.entity_id}" if sign_in.entity_id else "the whole company"
    sentence = (
        f"Connected: signed in to company {sign_in.company_id}, {where}, as user {sign_in.user_id}, "
        f"with version {settings.dtd_version}."
    )
    readable = f"May read {_and(may)}." if may else "May read none of the lists that are imported."
    if not may_not:
        return Verdict("success", sentence, details=[readable])
    hidden = _and([plural for plural, _ in may_not])
    refusal = may_not[0][1]
    return Verdict(
        "warning",
        sentence,
        f"Ask the Intacct administrator to give the role of user {sign_in.user_id} the permission to list "
        f"and view {hidden}.",
        code=refusal.code,
        text=refusal.text,
        details=[readable, f"May not read {hidden}."],
    )


def _refused(settings: IntacctSettings, error: GatewayError) -> Verdict:
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
