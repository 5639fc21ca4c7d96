"""What the gateway tells about itself and its objects: sessions, lookup, inspect, permissions."""

from lxml import etree

from .calls import Call, Outcome
from .kinds import Kind
from .markup import escape
from .objects import BY_NAME, KINDS
from .refusals import FunctionRefusal, Problem, unknown_object

RELATED = {
    ("ITEM", "DEPARTMENTID"): "DEPARTMENT",
    ("EMPLOYEE", "LOCATIONID"): "LOCATION",
    ("EMPLOYEE", "DEPARTMENTID"): "DEPARTMENT",
    ("CUSTOMER", "TERMNAME"): "ARTERM",
}
RIGHTS = {"read": "List|View", "create": "Add", "update": "Edit", "delete": "Delete"}


def get_api_session(call: Call, element: etree._Element) -> Outcome:
    """A new session; with `locationid` in that entity, with an empty one at the top level."""
    company, asked = call.company, element.find("locationid")
    entity = call.session.entity if asked is None else (asked.text or "").strip()
    if entity and entity not in company.entity_ids():
        raise FunctionRefusal(Problem("Get API Session Failed", f"The location '{entity}' is invalid."))
    session = call.sessions.open(company.name, call.session.user, entity, company.settings.session_seconds)
    return Outcome(
        data=(
            f"<data><api><sessionid>{escape(session.id)}</sessionid>"
            f"<endpoint>{escape(call.endpoint)}</endpoint>"
            f"<locationid>{escape(entity)}</locationid></api></data>"
        )
    )


def _label(kind: Kind, name: str) -> str:
    return kind.labels.get(name) or name.replace(".", " ").replace("_", " ").capitalize()


def lookup(call: Call, element: etree._Element) -> Outcome:
    """All fields that the company has on an object, with their types."""
    kind = BY_NAME.get((element.findtext("object") or "").strip().upper())
    if kind is None:
        raise FunctionRefusal(unknown_object(element.findtext("object") or ""))
    call.require(kind, "read", "LOOKUP")
    fields, relations = [], []
    for name in call.shown(kind):
        valid = ""
        if name == "STATUS":
            values = "".join(f"<VALIDVALUE>{value}</VALIDVALUE>" for value in ("active", "inactive"))
            valid = f"<VALIDVALUES>{values}</VALIDVALUES>"
        fields.append(
            f"<Field><ID>{name}</ID><LABEL>{escape(_label(kind, name))}</LABEL>"
            f"<DESCRIPTION>{escape(_label(kind, name))}</DESCRIPTION>"
            f"<REQUIRED>{str(name == kind.key).lower()}</REQUIRED>"
            f"<READONLY>{str(name == 'RECORDNO').lower()}</READONLY>"
            f"<DATATYPE>{kind.types[name]}</DATATYPE>{valid}"
            f"<ISCUSTOM>{str(name in kind.custom).lower()}</ISCUSTOM></Field>"
        )
        other = RELATED.get((kind.name, name))
        if other:
            relations.append(
                f"<Relationship><OBJECTPATH>{other}</OBJECTPATH><OBJECTNAME>{other}</OBJECTNAME>"
                f"<LABEL>{other.capitalize()}</LABEL><RELATIONSHIPTYPE>MANY2ONE</RELATIONSHIPTYPE>"
                f"<RELATEDBY>{name}</RELATEDBY></Relationship>"
            )
    return Outcome(
        data=(
            f'<data listtype="All" count="1"><Type Name="{kind.name}" DocumentType="">'
            f"<Fields>{''.join(fields)}</Fields>"
            f"<Relationships>{''.join(relations)}</Relationships></Type></data>"
        )
    )


def inspect(call: Call, element: etree._Element) -> Outcome:
    """The list of objects, or the fields of one."""
    named = (element.findtext("object") or element.findtext("name") or "").strip()
    if named == "*":
        types = "".join(f'<type typename="{kind.name}">{kind.name}</type>' for kind in KINDS)
        return Outcome(data=f'<data listtype="All" count="{len(KINDS)}">{types}</data>')
    kind = BY_NAME.get(named.upper())
    if kind is None:
        raise FunctionRefusal(unknown_object(named))
    call.require(kind, "read", "INSPECT")
    detailed = element.get("detail") == "1"
    fields = "".join(
        (
            f"<Field><Name>{name}</Name><DisplayLabel>{escape(_label(kind, name))}</DisplayLabel>"
            f"<externalDataName>{kind.types[name].lower()}</externalDataName>"
            f"<isReadOnly>{str(name == 'RECORDNO').lower()}</isReadOnly></Field>"
        )
        if detailed
        else f"<Field>{name}</Field>"
        for name in call.shown(kind)
    )
    return Outcome(
        data=(
            f'<data listtype="All" count="1"><Type Name="{kind.name}"><Fields>{fields}</Fields></Type></data>'
        )
    )


def get_user_permissions(call: Call, element: etree._Element) -> Outcome:
    """What the user may do, as application, policy and rights."""
    user = (element.findtext("userId") or "").strip()
    if user != call.session.user:
        raise FunctionRefusal(
            Problem(
                "BL03000025",
                f"Login ID {user} does not exist.",
                correction="Provide a valid USER.LOGINID value.",
            )
        )
    policies = "".join(
        f"<policy><policyName>{kind.name}</policyName><rights>{rights}</rights></policy>"
        for kind in KINDS
        if (
            rights := "|".join(words for right, words in RIGHTS.items() if call.company.may(kind.name, right))
        )
    )
    return Outcome(
        data=(
            "<data><permissions><appSubscription><applicationName>Company"
            f"</applicationName><policies>{policies}</policies></appSubscription></permissions></data>"
        )
    )
