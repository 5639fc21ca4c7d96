"""The rows of the error table, in the words that the gateway was seen to use.

Within one code the rows that also ask for a text come first. A row without codes is asked only when no row
with codes fits.
"""

import re
from dataclasses import dataclass

from intacct.gateway.errors import (
    AlreadyExists,
    Culprit,
    FieldsRefused,
    GatewayError,
    Level,
    ListIncomplete,
    OutcomeUnknown,
    PermissionRefused,
    RecordRefused,
    RequestRefused,
    SignInRefused,
    SubscriptionMissing,
    TemporarilyUnavailable,
    Throttled,
)

AGAIN_LATER = "Start it again in a few minutes."
CHECK_SIGN_IN = "Check Auth User ID, Auth Password and Auth Company ID in the settings."
CHECK_SENDER = "Check Sender ID and Sender Password in the settings; both are case sensitive."
CORRECT_AND_RETRY = "Correct it here or in Intacct, then retry."
TELL_SUPPORT = "Give the code and the text to ReconPro's support."

# Of a refused sign-in Intacct doesn't say more; which one is meant depends on what was entered.
REFUSED_WITH_ENTITY = "Intacct does not accept the user, its password, the company or the entity."
REFUSED_WITHOUT_ENTITY = "Intacct does not accept the user, its password or the company."


@dataclass(frozen=True)
class Row:
    """One cause: how it is recognised, and what it means.

    ``message`` may hold ``{dimension}`` or ``{value}``, filled from the named groups of ``text``.
    """

    kind: type[GatewayError]
    message: str
    advice: str
    codes: tuple[str, ...] = ()
    levels: tuple[Level, ...] = ()
    text: str = ""
    culprit: Culprit = ""
    retryable: bool | None = None
    most_retries: int | None = None

    def match(self, code: str, text: str, level: Level) -> dict[str, str] | None:
        """The named groups of the text if this row fits, else None."""
        if (self.codes and code not in self.codes) or (self.levels and level not in self.levels):
            return None
        if not self.text:
            return {}
        # Now and then the sentence itself stands where the code belongs.
        found = re.search(self.text, text, re.IGNORECASE) or re.search(self.text, code, re.IGNORECASE)
        if not found:
            return None
        return {name: value or "" for name, value in found.groupdict().items()}

    def sentence(self, values: dict[str, str]) -> str:
        """The message with its values; they are the gateway's words and stay as they are."""
        sentence = self.message
        for name, value in values.items():
            sentence = sentence.replace(f"{{{name}}}", value)
        return sentence


def _dimension(text: str, message: str) -> Row:
    return Row(RecordRefused, message, CORRECT_AND_RETRY, text=text)


_DIMENSION = (
    r"(?P<dimension>employee|department|location|customer|item|project|job|class|vendor|account|"
    r"warehouse|cost code|grant|term|unit)"
)

ROWS: tuple[Row, ...] = (
    # -- sign-in ---------------------------------------------------------------------------------------
    Row(
        SignInRefused,
        "Intacct has not authorised this Sender ID for this company.",
        "Ask the Intacct administrator to add the Sender ID to the company's Web Services authorizations, "
        "or correct Auth Company ID.",
        codes=("XL03000006",),
        text=r"Invalid Web Services Authorization|is not authorized to make Web Services requests",
        culprit="company",
    ),
    Row(
        SignInRefused,
        "Intacct does not accept the Sender ID or the Sender Password.",
        CHECK_SENDER,
        codes=("XL03000006",),
        text=r"Incorrect Intacct XML Partner ID or password",
        culprit="sender",
    ),
    Row(
        RequestRefused,
        "Intacct does not know the transport policy of the request.",
        TELL_SUPPORT,
        codes=("XL03000006",),
        text=r"is not a valid transport policy",
    ),
    Row(
        FieldsRefused,
        "Intacct refuses to show some of the fields asked for.",
        "Give the user the right to see them, or leave them out.",
        codes=("XL03000006", "Query Failed"),
        levels=("result",),
        text=r"fields? cannot be queried",
        culprit="permission",
    ),
    Row(
        SignInRefused,
        REFUSED_WITH_ENTITY,
        CHECK_SIGN_IN,
        codes=("XL03000006",),
        levels=("authentication",),
        culprit="user",
    ),
    Row(
        SignInRefused,
        "Intacct does not accept the sign-in information.",
        f"{CHECK_SIGN_IN} If they are right, check Sender ID and Sender Password.",
        codes=("XMLGW_JPP0002", "UJPP0002"),
        culprit="user",
    ),
    Row(
        SignInRefused,
        "Intacct could not open a session.",
        f"{AGAIN_LATER} If it stays so, check the user's rights in Intacct.",
        codes=("Get API Session Failed",),
        culprit="user",
        retryable=True,
        most_retries=1,
    ),
    Row(
        SubscriptionMissing,
        "This Intacct company is a demo company that has expired.",
        "Enter another Auth Company ID, or ask Sage to extend the demo company.",
        codes=("PL04000055",),
        culprit="company",
    ),
    # -- rights ----------------------------------------------------------------------------------------
    Row(
        PermissionRefused,
        "The Intacct user may not do this.",
        "Ask the Intacct administrator to give the user's role the missing permission.",
        codes=("PL04000005",),
        culprit="permission",
    ),
    # -- the request -----------------------------------------------------------------------------------
    Row(
        RequestRefused,
        "Intacct could not make sense of the request.",
        f"Check DTD Version in the settings. If it is right: {TELL_SUPPORT}",
        codes=("XL03000003",),
        culprit="version",
    ),
    Row(
        RequestRefused,
        "Intacct calls the request invalid.",
        TELL_SUPPORT,
        codes=("GW-0011", "invalidRequest"),
    ),
    Row(
        Throttled,
        "Intacct is receiving too many requests at the moment.",
        AGAIN_LATER,
        codes=("GW-0010",),
    ),
    Row(
        RequestRefused,
        "Intacct does not know what was asked for.",
        TELL_SUPPORT,
        codes=("Query Failed",),
    ),
    Row(
        RequestRefused,
        "Intacct could not carry out the query; a field may be unknown or hidden.",
        TELL_SUPPORT,
        codes=("DL02000001", "XL03000010"),
    ),
    Row(
        ListIncomplete,
        "The list broke off: Intacct forgot where it was.",
        "Start it again.",
        codes=("readMore failed",),
    ),
    Row(
        RequestRefused,
        "Intacct does not know a user named in the request.",
        "Correct the user in the settings.",
        codes=("BL03000025",),
        culprit="user",
    ),
    # -- the data --------------------------------------------------------------------------------------
    Row(
        AlreadyExists,
        "Intacct already has a record of this number.",
        "It is looked up before anything else happens.",
        codes=("BL34000061", "PL05000104"),
    ),
    Row(
        RecordRefused,
        "Not done, because another document of the same request failed.",
        "Mend the other one, then retry.",
        codes=("XL03000009",),
    ),
    Row(
        RecordRefused,
        "Intacct asks for a document number.",
        "Check the document number prefix and the transaction definition in the settings.",
        codes=("PL01000127",),
        text=r"Document Number is missing",
    ),
    Row(
        AlreadyExists,
        "Intacct seems to have a document of this number already.",
        "It is looked up before anything else happens.",
        codes=("PL01000127",),
    ),
    Row(
        RecordRefused,
        "The record is no longer in Intacct.",
        "It may have been replaced there; import again.",
        codes=("DL03000005",),
    ),
    Row(
        RecordRefused,
        "Intacct requires this on every line: {dimension}.",
        CORRECT_AND_RETRY,
        codes=("BL03000018",),
        text=r"missing the (?P<dimension>[A-Z][\w ]*?) dimension",
    ),
    Row(
        RecordRefused,
        "A line lacks something that Intacct requires, such as its unit.",
        "Check unit, location and department of the lines, then retry.",
        codes=("BL03000018",),
    ),
    Row(
        RecordRefused,
        "The amounts do not balance.",
        CORRECT_AND_RETRY,
        codes=("PL05000053",),
    ),
    Row(
        OutcomeUnknown,
        "Intacct did not say clearly whether the record was made.",
        "It is looked up before anything else happens.",
        codes=("BL03000130",),
    ),
    Row(
        RecordRefused,
        "Intacct takes this transaction definition inside one entity only.",
        "Choose the entity in the settings, or another transaction definition.",
        codes=("BL01001973",),
        text=r"entity[- ](?:only|level)|(?:only|must be).{0,40}\b(?:at|in|from) (?:an|the) entity",
        culprit="entity",
    ),
    Row(
        RecordRefused,
        "Intacct cannot create the transaction as it is.",
        "Check the transaction for errors or inconsistencies, then try again.",
        codes=("BL01001973",),
        text=r"Currently, we can['’]t create the transaction",
    ),
    # -- words without a code of their own ---------------------------------------------------------------
    Row(
        Throttled,
        "Intacct is receiving too many requests at the moment.",
        AGAIN_LATER,
        text=r"API rate limit exceeded",
    ),
    Row(
        TemporarilyUnavailable,
        "Intacct is temporarily off-line.",
        AGAIN_LATER,
        text=r"Temporarily Off-?line",
    ),
    Row(
        SubscriptionMissing,
        "This Intacct company has no subscription to Web Services.",
        "Ask the Intacct administrator to subscribe to the XML Gateway (Web Services).",
        text=r"not authorized for XML transactions|subscribe to the XML Gateway",
        culprit="subscription",
    ),
    Row(
        PermissionRefused,
        "The Intacct user may not do this.",
        "Ask the Intacct administrator to give the user's role the missing permission.",
        text=r"do(?:es)? not have permission for",
        culprit="permission",
    ),
    Row(
        FieldsRefused,
        "Intacct refuses to show some of the fields asked for.",
        "Give the user the right to see them, or leave them out.",
        levels=("result",),
        text=r"fields? cannot be queried",
        culprit="permission",
    ),
    Row(
        RequestRefused,
        "Intacct does not know what was asked for.",
        TELL_SUPPORT,
        text=r"Object definition .* not found",
    ),
    Row(
        AlreadyExists,
        "Intacct already has a record of this number.",
        "It is looked up before anything else happens.",
        text=r"Another .* with the given value\(s\) .* already exists",
    ),
    Row(
        RecordRefused,
        "The record is not in Intacct.",
        "It may have been deleted there; import again.",
        text=r"^Cannot (?:update non-existing|find) ",
    ),
    Row(
        RecordRefused,
        "Intacct's books are closed for that date.",
        "Open the period in Intacct, or set in the settings through which day the books are closed.",
        text=r"\bperiod\b[^.]{0,60}\bclosed\b|\bclosed\b[^.]{0,20}\bperiod\b",
    ),
    _dimension(
        rf"{_DIMENSION} '(?P<value>[^']*)': '(?P<other>[^']*)' specified is not valid.*restricted",
        "Intacct does not allow the {dimension} '{value}' together with '{other}'.",
    ),
    _dimension(
        r"missing the (?P<dimension>[A-Z][\w ]*?) dimension for the Account (?P<value>[^\s.]+)",
        "The account {value} requires: {dimension}.",
    ),
    _dimension(
        r"account number '(?P<value>[^']*)' requires an? (?P<dimension>[A-Za-z]\w*)",
        "The account {value} requires: {dimension}.",
    ),
    _dimension(
        rf"{_DIMENSION} must be (?P<value>[^.]+)\. This value is auto-?filled",
        "Intacct demands the {dimension} '{value}' here.",
    ),
    _dimension(
        rf"{_DIMENSION} '(?P<value>[^']*)'(?: specified)? is (?:invalid|not valid)",
        "Intacct does not know the {dimension} '{value}', or it may not be used.",
    ),
    _dimension(
        rf"{_DIMENSION} (?P<value>\S+) is (?:invalid|not valid)",
        "Intacct does not know the {dimension} '{value}', or it may not be used.",
    ),
    _dimension(
        rf"Invalid {_DIMENSION} '(?P<value>[^']*)' (?:specified|selected)",
        "Intacct does not know the {dimension} '{value}', or it may not be used.",
    ),
    _dimension(
        rf"Invalid {_DIMENSION} (?P<value>\S+) (?:specified|selected)",
        "Intacct does not know the {dimension} '{value}', or it may not be used.",
    ),
    _dimension(
        r"Required field (?P<dimension>Date Due) is missing|The (?P<field>Date Due) field is missing",
        "Intacct requires a due date or a term.",
    ),
    _dimension(r"Invalid (?P<dimension>Customer)\b", "Intacct does not know the customer."),
)

UNCLEAR_DOCUMENT = Row(
    OutcomeUnknown,
    "Intacct could not create the document and did not say why.",
    "It is looked up before anything else happens; if it is not there, retry.",
)

UNKNOWN: dict[Level, Row] = {
    "control": Row(RequestRefused, "Intacct refused the request.", TELL_SUPPORT),
    "authentication": Row(SignInRefused, "Intacct refused the sign-in.", CHECK_SIGN_IN, culprit="user"),
    "result": Row(RecordRefused, "Intacct refused this.", CORRECT_AND_RETRY),
}
