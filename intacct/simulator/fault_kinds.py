"""The faults that can be asked for, by name: what each does and when it strikes unless told otherwise."""

BEFORE, AFTER = "before", "after"  # the work of the request

# kind -> (when it strikes by default, what it does). A request meets at most one of these.
OUTCOMES = {
    # The network and the proxies in front of the gateway
    "drop_before": (BEFORE, "connection reset before the work is done"),
    "drop_after": (AFTER, "connection reset after the work was done"),
    "cut_connection": (AFTER, "connection reset in the middle of the answer"),
    "http_500": (BEFORE, "HTTP 500 with an empty body"),
    "http_502": (BEFORE, "HTTP 502 with an HTML page"),
    "http_503": (BEFORE, "HTTP 503 with an HTML page"),
    "http_504": (AFTER, "HTTP 504 with an HTML page: the gateway took too long"),
    "http_524": (AFTER, "HTTP 524: the proxy cut the line, the gateway still works on it"),
    "http_403": (BEFORE, "HTTP 403 with an HTML page"),
    "http_404": (BEFORE, "HTTP 404 with an HTML page"),
    "redirect": (BEFORE, "HTTP 302 to another host (to: its address), which must not get the passwords"),
    "html_200": (BEFORE, "HTTP 200 with an HTML page"),
    # Throttling
    "http_429": (BEFORE, "HTTP 429 GW-0010; retry_after: what the header tells, absent without it"),
    "throttled": (BEFORE, "GW-0010 in XML with another HTTP status: (default 200); retry_after as above"),
    "rate_text": (BEFORE, "HTTP 200 whose body says API rate limit exceeded; retry_after as above"),
    "offline": (BEFORE, "The Service is Temporarily Off-line, as a result of each function"),
    # Refusals
    "http_401": (BEFORE, "HTTP 401 XMLGW_JPP0002, sign-in information is incorrect"),
    "bad_request": (BEFORE, "HTTP 400 GW-0011 Invalid Request"),
    "wrong_sender": (BEFORE, "control failure: sender ID or password is wrong"),
    "unauthorised_sender": (BEFORE, "authentication failure: the company doesn't know the sender"),
    "wrong_user": (BEFORE, "authentication failure: user or password is wrong"),
    "wrong_company": (BEFORE, "authentication failure: company is wrong"),
    "company_expired": (BEFORE, "control failure PL04000055: the company has expired"),
    "no_permission": (BEFORE, "PL04000005, as a result of each function"),
    "expired_session": (BEFORE, "the session that a request names is no longer known"),
    # Answers that are broken although the work was done
    "empty": (AFTER, "HTTP 200 with an empty body"),
    "cut": (AFTER, "an answer that ends in the middle of its XML"),
    "doubled": (AFTER, "two XML documents one after the other"),
    "not_utf8": (AFTER, "an answer with bytes that are no UTF-8"),
    "wrong_encoding": (AFTER, "an answer in UTF-8 that says it is UTF-16"),
    "hostile": (AFTER, "an answer with a DOCTYPE and an external entity"),
    "entity_bomb": (AFTER, "an answer with entities that grow to a billion"),
    "too_deep": (AFTER, "an answer whose data nest 5,000 elements deep"),
    "packed_twice": (AFTER, "an answer packed by gzip two times"),
    "two_members": (AFTER, "an answer packed by gzip in two halves: unusual, but sound"),
    "too_large": (AFTER, "an answer that unpacks to megabytes: (default 80) of blanks"),
    # Answers that are well-formed and still wrong
    "odd_content_type": (AFTER, 'Content-Type: text/xml; encoding="UTF-8"'),
    "wrong_control_id": (AFTER, "an answer to another control id"),
    "missing_result": (AFTER, "the result of the last function is not in the answer"),
    "foreign_endpoint": (AFTER, "sign-in answers an endpoint on another host"),
}
# The gateway itself says no at its own level, so there is no "after" for these;
REFUSALS = frozenset(
    "offline wrong_sender unauthorised_sender wrong_user wrong_company company_expired no_permission "
    "expired_session".split()
)
# these are made out of its answer, so there is no "before".
SPOILT = frozenset(
    "cut_connection cut doubled not_utf8 wrong_encoding hostile entity_bomb too_deep too_large "
    "packed_twice two_members odd_content_type wrong_control_id missing_result foreign_endpoint".split()
)
# These change what a function does and go on until they are cleared, unless `times` is given.
STANDING = {
    "hidden_fields": "fields: names that can't be queried (absent in get_list)",
    "wrong_total": "by: how many more than there are the total of a list tells (default 1)",
}
ONCE = {
    "slow": "seconds: waits that long before the answer",
    "short_list": "a list says that it is at its end before all was given",
    "then": "do: changes (as POST /control takes them) made right after the request was answered",
}
KINDS = {
    **{kind: text for kind, (_when, text) in OUTCOMES.items()},
    **STANDING,
    **ONCE,
}
NUMBER, WHOLE, TEXT, TEXTS, CHANGES = "a number", "a whole number", "a text", "a list of texts", "changes"
# What a kind takes beside the options of all: its name, and what it is.
OPTIONS = {
    "http_429": {"retry_after": f"{NUMBER} or {TEXT}"},
    "throttled": {"retry_after": f"{NUMBER} or {TEXT}", "status": WHOLE},
    "rate_text": {"retry_after": f"{NUMBER} or {TEXT}"},
    "redirect": {"to": TEXT},
    "too_deep": {"levels": WHOLE},
    "too_large": {"megabytes": NUMBER},
    "foreign_endpoint": {"endpoint": TEXT},
    "hidden_fields": {"fields": TEXTS},
    "wrong_total": {"by": WHOLE},
    "slow": {"seconds": NUMBER},
    "then": {"do": CHANGES},
}
LARGEST = 1_000_000  # of any number


def _is(value: object, wanted: str) -> bool:
    number = isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= LARGEST
    text = isinstance(value, str) and value.isprintable()
    return {
        NUMBER: number,
        WHOLE: number and isinstance(value, int),
        TEXT: text,
        f"{NUMBER} or {TEXT}": number or text,
        TEXTS: isinstance(value, list) and all(isinstance(each, str) for each in value),
        CHANGES: isinstance(value, dict),
    }[wanted]


def wrong_option(kind: str, options: dict[str, object]) -> str:
    """What is wrong with the options of its own that a fault is given, as a sentence; empty if nothing is."""
    known = OPTIONS.get(kind, {})
    for name, value in options.items():
        if name not in known:
            return f"{kind} has no option {name!r}. Its own: {', '.join(known) or 'none'}."
        if not _is(value, known[name]):
            return f"{name} of {kind} is {known[name]}."
    return ""


COMMON_OPTIONS = (
    "each takes: function, object, company (which requests it meets), times (how often; -1: always), "
    "skip (how many matching ones to let pass first), when (before or after the work), probability "
    "(0 to 1: how likely it meets a matching request; times is then -1 unless given)"
)


def listed() -> str:
    """All faults, a line each, for `--faults` and `--help`."""
    rows = [f"  {kind:20} {_when(kind):7} {text}{_own(kind)}" for kind, text in KINDS.items()]
    return "\n".join([f"Faults ({COMMON_OPTIONS}):", *rows])


def _own(kind: str) -> str:
    own = ", ".join(f"{name}: {what}" for name, what in OPTIONS.get(kind, {}).items())
    return f" [{own}]" if own else ""


def _when(kind: str) -> str:
    return OUTCOMES[kind][0] if kind in OUTCOMES else ""
