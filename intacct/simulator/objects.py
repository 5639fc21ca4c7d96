"""The kinds of objects that the simulated gateway holds: their fields and their legacy shape.

Names and order come from sections 4 and 8 of the gateway's reference. A field's value is kept as the
text that an answer carries; an empty text is an empty field.
"""

from dataclasses import dataclass, field
from functools import cached_property

TEXT, INTEGER, DECIMAL, DATE, TIMESTAMP, BOOLEAN, ENUM = [
    "TEXT",
    "INTEGER",
    "DECIMAL",
    "DATE",
    "TIMESTAMP",
    "BOOLEAN",
    "ENUM",
]

CONTACT = [
    "CONTACTNAME",
    "COMPANYNAME",
    "PRINTAS",
    "FIRSTNAME",
    "LASTNAME",
    "PHONE1",
    "EMAIL1",
    "MAILADDRESS.ADDRESS1",
    "MAILADDRESS.ADDRESS2",
    "MAILADDRESS.CITY",
    "MAILADDRESS.STATE",
    "MAILADDRESS.ZIP",
    "MAILADDRESS.COUNTRY",
    "MAILADDRESS.COUNTRYCODE",
]

# The legacy contact in the order of the response DTD; "mailaddress" stands last in it.
LEGACY_CONTACT = (
    ("contactname", "CONTACTNAME"),
    ("printas", "PRINTAS"),
    ("companyname", "COMPANYNAME"),
    ("firstname", "FIRSTNAME"),
    ("lastname", "LASTNAME"),
    ("phone1", "PHONE1"),
    ("email1", "EMAIL1"),
    ("mailaddress/address1", "MAILADDRESS.ADDRESS1"),
    ("mailaddress/address2", "MAILADDRESS.ADDRESS2"),
    ("mailaddress/city", "MAILADDRESS.CITY"),
    ("mailaddress/state", "MAILADDRESS.STATE"),
    ("mailaddress/zip", "MAILADDRESS.ZIP"),
    ("mailaddress/country", "MAILADDRESS.COUNTRY"),
    ("mailaddress/isocountrycode", "MAILADDRESS.COUNTRYCODE"),
)


@dataclass(frozen=True, eq=False)  # kinds are few and compared by identity
class Kind:
    """One kind of object: `name` in 3.0, `legacy_name` in 2.1, its fields and how they look there."""

    name: str
    legacy_name: str
    key: str  # the field that holds the business id
    types: dict[str, str]  # field -> data type, in the order of answers
    legacy: tuple[tuple[str, str], ...]  # path in the legacy record -> field
    labels: dict[str, str] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)  # other 3.0 names of the same field
    custom: tuple[str, ...] = ()  # fields that a company may or may not have

    @cached_property
    def fields(self) -> tuple[str, ...]:
        return tuple(self.types)

    @cached_property
    def positions(self) -> dict[str, int]:
        """Field (or alias) -> its place in a row."""
        places = {name: place for place, name in enumerate(self.types)}
        return places | {other: places[name] for other, name in self.aliases.items()}


def _texts(names: str) -> dict[str, str]:
    return dict.fromkeys(names.split(), TEXT)


# Fields that the vendor's objects have and that published clients select by default. Nothing of ours
# lives in them: they are there, they are empty, and they stand last in a row.
RARE = {
    "CUSTOMER": "ENTITY PARENTKEY PARENTNAME CUSTREPNAME GLGRPKEY GLGROUP ONETIME CREATEDBY MODIFIEDBY "
    "OBJECTRESTRICTION",
    "ITEM": "MRR SODESCRIPTION PODESCRIPTION AVERAGE_COST TAXGROUP",
    "EMPLOYEE": "SSN BIRTHDATE ENDDATE EMPLOYEETYPE1099TYPE GENDER TERMINATIONTYPE CONTACT.PREFIX "
    "CONTACT.INITIAL CONTACT.PHONE2 CONTACT.CELLPHONE CONTACT.PAGER CONTACT.FAX CONTACT.EMAIL2 "
    "CONTACT.URL1 CONTACT.URL2 PAYMETHODKEY CONTACTKEY MEGAENTITYKEY",
    "LOCATION": "SUPERVISORID STARTDATE ENDDATE CUSTTITLE",
    "LOCATIONENTITY": "REPORTPRINTAS SUPERVISORID FIRSTMONTH FIRSTMONTHTAX WEEKSTART FEDERALID STARTDATE "
    "ENDDATE HAS_IE_RELATION CUSTOMERID CUSTOMERNAME VENDORID VENDORNAME TAXID ENABLELEGALCONTACT "
    "LEGALNAME LEGALADDRESS1 LEGALADDRESS2 LEGALCITY LEGALSTATE LEGALZIPCODE LEGALCOUNTRY "
    "ADDRESSCOUNTRYDEFAULT RECORD_URL",
    "DEPARTMENT": "PARENTKEY SUPERVISORNAME CUSTTITLE",
}


def _rare(kind: str) -> dict[str, str]:
    return _texts(RARE[kind])


def _contact(prefix: str) -> dict[str, str]:
    return {f"{prefix}.{name}": TEXT for name in CONTACT}


def _legacy_contact(path: str, prefix: str) -> tuple[tuple[str, str], ...]:
    return tuple((f"{path}/contact/{leaf}", f"{prefix}.{name}") for leaf, name in LEGACY_CONTACT)


def _same(names: str) -> tuple[tuple[str, str], ...]:
    return tuple((name.lower(), name) for name in names.split())


OWNER = _texts("MEGAENTITYID MEGAENTITYNAME")

CUSTOMER = Kind(
    name="CUSTOMER",
    legacy_name="customer",
    key="CUSTOMERID",
    types={"RECORDNO": INTEGER}
    | _texts("CUSTOMERID NAME")
    | {"STATUS": ENUM}
    | _texts("PARENTID TERMNAME CUSTREPID CUSTTYPE TAXID")
    | {"CREDITLIMIT": DECIMAL, "TOTALDUE": DECIMAL, "CURRENCY": TEXT, "ONHOLD": BOOLEAN}
    | _texts("COMMENTS")
    | _contact("DISPLAYCONTACT")
    | _contact("BILLTOCONTACT")
    | _contact("SHIPTOCONTACT")
    | {"WHENCREATED": TIMESTAMP, "WHENMODIFIED": TIMESTAMP}
    | OWNER
    | _texts("RP_REGION")
    | _rare("CUSTOMER"),
    legacy=(
        *_same("RECORDNO CUSTOMERID NAME PARENTID TERMNAME CUSTREPID CUSTTYPE TAXID"),
        *_same("CREDITLIMIT TOTALDUE COMMENTS WHENMODIFIED STATUS CURRENCY"),
        *_legacy_contact("billto", "BILLTOCONTACT"),
        *_legacy_contact("shipto", "SHIPTOCONTACT"),
        *_legacy_contact("contactinfo", "DISPLAYCONTACT"),
    ),
    aliases={
        "CONTACTINFO.CONTACTNAME": "DISPLAYCONTACT.CONTACTNAME",
        "BILLTO.CONTACTNAME": "BILLTOCONTACT.CONTACTNAME",
        "SHIPTO.CONTACTNAME": "SHIPTOCONTACT.CONTACTNAME",
    },
    labels={"CUSTOMERID": "Customer ID", "NAME": "Name", "RP_REGION": "Region"},
    custom=("RP_REGION",),
)

ITEM = Kind(
    name="ITEM",
    legacy_name="icitem",
    key="ITEMID",
    types={"RECORDNO": INTEGER}
    | _texts("ITEMID NAME")
    | {"STATUS": ENUM, "ITEMTYPE": ENUM}
    | _texts("EXTENDED_DESCRIPTION PRODUCTLINEID GLGROUP UOMGRP BASEUOM")
    | {"BASEPRICE": DECIMAL, "STANDARD_COST": DECIMAL, "TAXABLE": BOOLEAN}
    | {"WHENCREATED": TIMESTAMP, "WHENMODIFIED": TIMESTAMP}
    | OWNER
    | _texts("DEPARTMENTID")
    | _rare("ITEM"),
    # No recordno here: captured samples of icitem have none.
    legacy=(
        ("itemid", "ITEMID"),
        ("itemname", "NAME"),
        ("extdescription", "EXTENDED_DESCRIPTION"),
        ("productlineid", "PRODUCTLINEID"),
        ("glgroupname", "GLGROUP"),
        ("standardunit", "BASEUOM"),
        ("purchasingunit", "BASEUOM"),
        ("salesunit", "BASEUOM"),
        ("standardcost", "STANDARD_COST"),
        ("taxable", "TAXABLE"),
        ("itemtype", "ITEMTYPE"),
        ("whenmodified", "WHENMODIFIED"),
        ("status", "STATUS"),
    ),
    labels={"ITEMID": "Item ID", "NAME": "Name", "DEPARTMENTID": "Department ID"},
    custom=("DEPARTMENTID",),
)

EMPLOYEE = Kind(
    name="EMPLOYEE",
    legacy_name="employee",
    key="EMPLOYEEID",
    types={"RECORDNO": INTEGER, "EMPLOYEEID": TEXT, "STATUS": ENUM}
    | _texts("TITLE LOCATIONID DEPARTMENTID SUPERVISORID EMPLOYEETYPE")
    | {"STARTDATE": DATE, "CURRENCY": TEXT}
    | _contact("CONTACT")
    | {"WHENCREATED": TIMESTAMP, "WHENMODIFIED": TIMESTAMP}
    | OWNER
    | _rare("EMPLOYEE"),
    legacy=(
        *_same("RECORDNO EMPLOYEEID TITLE LOCATIONID DEPARTMENTID SUPERVISORID"),
        ("startdate", "STARTDATE"),
        *_same("EMPLOYEETYPE WHENMODIFIED STATUS CURRENCY"),
        *_legacy_contact("personalinfo", "CONTACT"),
    ),
    aliases={
        "LOCATION.LOCATIONID": "LOCATIONID",
        "DEPARTMENT.DEPARTMENTID": "DEPARTMENTID",
        "PERSONALINFO.CONTACTNAME": "CONTACT.CONTACTNAME",
    },
    labels={"EMPLOYEEID": "Employee ID", "LOCATIONID": "Location", "DEPARTMENTID": "Department"},
)

LOCATION = Kind(
    name="LOCATION",
    legacy_name="location",
    key="LOCATIONID",
    types={"RECORDNO": INTEGER}
    | _texts("LOCATIONID NAME PARENTID")
    | {"STATUS": ENUM, "CURRENCY": TEXT, "WHENMODIFIED": TIMESTAMP}
    | _rare("LOCATION"),
    legacy=_same("LOCATIONID NAME PARENTID WHENMODIFIED STATUS"),
)

LOCATIONENTITY = Kind(
    name="LOCATIONENTITY",
    legacy_name="locationentity",
    key="LOCATIONID",
    types={"RECORDNO": INTEGER}
    | _texts("LOCATIONID NAME CURRENCY")
    | {"STATUS": ENUM, "OPCOUNTRY": TEXT, "LOCATIONTYPE": TEXT, "WHENMODIFIED": TIMESTAMP}
    | _rare("LOCATIONENTITY"),
    legacy=_same("LOCATIONID NAME LOCATIONTYPE CURRENCY STATUS"),
)

DEPARTMENT = Kind(
    name="DEPARTMENT",
    legacy_name="department",
    key="DEPARTMENTID",
    types={"RECORDNO": INTEGER}
    | _texts("DEPARTMENTID TITLE PARENTID")
    | {"STATUS": ENUM, "WHENMODIFIED": TIMESTAMP}
    | _rare("DEPARTMENT"),
    legacy=_same("DEPARTMENTID TITLE PARENTID WHENMODIFIED STATUS"),
)

ARTERM = Kind(
    name="ARTERM",
    legacy_name="arterm",
    key="NAME",
    types={"RECORDNO": INTEGER}
    | _texts("NAME DESCRIPTION")
    | {"STATUS": ENUM, "DUEDATE": INTEGER, "DUEFROM": ENUM, "WHENMODIFIED": TIMESTAMP},
    legacy=_same("NAME DESCRIPTION STATUS"),  # and "due", which depends on DUEFROM
)

SODOCUMENT = Kind(
    name="SODOCUMENT",
    legacy_name="sotransaction",
    key="DOCID",
    types={"RECORDNO": INTEGER}
    | _texts("DOCNO DOCID DOCPARID DOCPARCLASS CUSTVENDID CUSTVENDNAME PONUMBER")
    | {"STATE": ENUM, "WHENCREATED": DATE, "WHENDUE": DATE, "SUBTOTAL": DECIMAL, "TOTAL": DECIMAL}
    | _texts("CURRENCY TERM.NAME MESSAGE EXTERNALID BILLTO.CONTACTNAME SHIPTO.CONTACTNAME")
    | {"WHENMODIFIED": TIMESTAMP}
    | OWNER,
    legacy=(),  # a document has lines, so rendering.legacy_document writes it
)

SODOCUMENTENTRY = Kind(
    name="SODOCUMENTENTRY",
    legacy_name="sotransitem",
    key="RECORDNO",
    types={"RECORDNO": INTEGER, "DOCHDRNO": INTEGER, "DOCHDRID": TEXT, "LINE_NO": INTEGER}
    | _texts("ITEMID ITEMDESC UNIT")
    | {"QUANTITY": DECIMAL, "PRICE": DECIMAL, "TOTAL": DECIMAL}
    | _texts("LOCATIONID DEPARTMENTID EMPLOYEEID MEMO"),
    legacy=(),
)

SOTRANSACTIONDEF = Kind(
    name="SODOCUMENTPARAMS",
    legacy_name="sotransactiondef",
    key="DOCID",
    types={"RECORDNO": INTEGER, "DOCID": TEXT, "DOCCLASS": TEXT, "STATUS": ENUM}
    | {"NUMBERED": BOOLEAN, "ENTITYONLY": BOOLEAN},
    legacy=(("transdefid", "DOCID"), ("transclass", "DOCCLASS")),
)

# Kinds that ReconPro's companies don't use: a list of nothing is an answer too.
PROJECT = Kind(
    name="PROJECT",
    legacy_name="project",
    key="PROJECTID",
    types={"RECORDNO": INTEGER, "PROJECTID": TEXT, "NAME": TEXT, "STATUS": ENUM},
    legacy=_same("PROJECTID NAME STATUS"),
)
CLASS = Kind(
    name="CLASS",
    legacy_name="class",
    key="CLASSID",
    types={"RECORDNO": INTEGER, "CLASSID": TEXT, "NAME": TEXT, "STATUS": ENUM},
    legacy=_same("CLASSID NAME STATUS"),
)

KINDS = (
    CUSTOMER,
    ITEM,
    EMPLOYEE,
    LOCATION,
    LOCATIONENTITY,
    DEPARTMENT,
    ARTERM,
    SODOCUMENT,
    SODOCUMENTENTRY,
    SOTRANSACTIONDEF,
    PROJECT,
    CLASS,
)
BY_NAME = {kind.name: kind for kind in KINDS}
BY_LEGACY_NAME = {kind.legacy_name: kind for kind in KINDS if kind is not SODOCUMENTENTRY}

# Names under which get_list filters and sorts where they are not those of the record's elements.
LEGACY_SYNONYMS = {
    "sotransaction": {
        "key": "DOCID",
        "transactionid": "DOCID",
        "transactiontype": "DOCPARID",
        "documentnumber": "DOCNO",
        "documentno": "DOCNO",
        "datecreated": "WHENCREATED",
        "datedue": "WHENDUE",
        "customerid": "CUSTVENDID",
        "referenceno": "PONUMBER",
        "termname": "TERM.NAME",
        "transactionstate": "STATE",
    },
}


def legacy_field(kind: Kind, name: str) -> str:
    """The 3.0 field that a legacy filter or sort means; the name itself if it means none."""
    lowered = name.lower()
    known = LEGACY_SYNONYMS.get(kind.legacy_name, {}) | dict(kind.legacy)
    return known.get(lowered, name.upper())


def kind_named(name: str) -> Kind | None:
    """The kind by either of its names, in any case: for the control address, which is forgiving."""
    return BY_NAME.get(name.upper()) or BY_LEGACY_NAME.get(name.lower())
