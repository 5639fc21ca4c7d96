"""Who may come in: the sender at the control level, the user and the company at the authentication level."""

from lxml import etree

from .company import Company
from .envelope import Control
from .faults import Strike
from .refusals import (
    COMPANY_EXPIRED,
    WRONG_SENDER,
    WRONG_SIGN_IN,
    ControlRefusal,
    Problem,
    SignInRefusal,
    unauthorised_sender,
)
from .sessions import Session, Sessions
from .world import World


def check_sender(world: World, control: Control, strike: Strike) -> None:
    """The Web Services credentials and the policy; raises ControlRefusal."""
    sender = control.senderid.strip()
    known = sender in world.senders and world.senders[sender] == control.password
    if not known or strike.get("wrong_sender"):
        raise ControlRefusal(WRONG_SENDER)
    if control.policyid.strip():
        raise ControlRefusal(Problem("XL03000006", f"{control.policyid} is not a valid transport policy."))
    if strike.get("company_expired"):
        raise ControlRefusal(COMPANY_EXPIRED)


def sign_in(
    world: World, sessions: Sessions, authentication: etree._Element, sender: str, strike: Strike
) -> tuple[Session, Company]:
    """The session of an operation and its company; raises SignInRefusal."""
    login = authentication.find("login")
    if login is None:
        session_id = (authentication.findtext("sessionid") or "").strip()
        session = sessions.find(session_id)
        company = world.company(session.company) if session else None
        if session is None or company is None:
            raise SignInRefusal(WRONG_SIGN_IN)
        sessions.slide(session, company.settings.session_seconds)
    else:
        company, session = _log_in(world, sessions, login)
    if strike.get("wrong_user") or strike.get("wrong_company"):
        raise SignInRefusal(WRONG_SIGN_IN)
    if sender not in company.settings.authorised_senders or strike.get("unauthorised_sender"):
        raise SignInRefusal(unauthorised_sender(sender, company.name))
    return session, company


def _log_in(world: World, sessions: Sessions, login: etree._Element) -> tuple[Company, Session]:
    company = world.company((login.findtext("companyid") or "").strip())
    user = (login.findtext("userid") or "").strip()
    entity = (login.findtext("locationid") or "").strip()
    if (
        company is None
        or user not in company.users
        or login.findtext("password") != company.settings.user_password
        or (entity and entity not in company.entity_ids())
    ):
        raise SignInRefusal(WRONG_SIGN_IN)
    seconds = company.settings.session_seconds
    return company, sessions.for_one_request(company.name, user, entity, seconds)
