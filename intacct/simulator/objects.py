"""The kinds of objects that the simulated gateway holds: master data here, the ledger's own beside it.

Names and order come from sections 4 and 8 of the gateway's reference.
"""

from .kinds import (
    BOOLEAN,
    DATE,
    DECIMAL,
    ENUM,
    INTEGER,
    OWNER,
    TEXT,
    TIMESTAMP,
    Kind,
    contact,
    legacy_contact,
    same,
    texts,
)
from .ledger_kinds import (
    ARACCOUNTLABEL,
    ARINVOICE,
    ARINVOICEITEM,
    GLACCOUNT,
    SODOCUMENT,
    SODOCUMENTENTRY,
    SOTRANSACTIONDEF,
)

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
    return texts(RARE[kind])


CUSTOMER = Kind(
    name="CUSTOMER",
    legacy_name="customer",
    key="CUSTOMERID",
    types={"RECORDNO": INTEGER}
    | texts("CUSTOMERID NAME")
    | {"STATUS": ENUM}
    | texts("PARENTID TERMNAME CUSTREPID CUSTTYPE TAXID")
    | {"CREDITLIMIT": DECIMAL, "TOTALDUE": DECIMAL, "CURRENCY": TEXT, "ONHOLD": BOOLEAN}
    | texts("COMMENTS")
    | contact("DISPLAYCONTACT")
    | contact("BILLTOCONTACT")
    | contact("SHIPTOCONTACT")
    | {"WHENCREATED": TIMESTAMP, "WHENMODIFIED": TIMESTAMP}
    | OWNER
    | texts("RP_REGION")
    | _rare("CUSTOMER"),
    legacy=(
        *same("RECORDNO CUSTOMERID NAME PARENTID TERMNAME CUSTREPID CUSTTYPE TAXID"),
        *same("CREDITLIMIT TOTALDUE COMMENTS WHENMODIFIED STATUS CURRENCY"),
        *legacy_contact("billto", "BILLTOCONTACT"),
        *legacy_contact("shipto", "SHIPTOCONTACT"),
        *legacy_contact("contactinfo", "DISPLAYCONTACT"),
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
    | texts("ITEMID NAME")
    | {"STATUS": ENUM, "ITEMTYPE": ENUM}
    | texts("EXTENDED_DESCRIPTION PRODUCTLINEID GLGROUP UOMGRP BASEUOM")
    | {"BASEPRICE": DECIMAL, "STANDARD_COST": DECIMAL, "TAXABLE": BOOLEAN}
    | {"WHENCREATED": TIMESTAMP, "WHENMODIFIED": TIMESTAMP}
    | OWNER
    | texts("DEPARTMENTID")
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
    | texts("TITLE LOCATIONID DEPARTMENTID SUPERVISORID EMPLOYEETYPE")
    | {"STARTDATE": DATE, "CURRENCY": TEXT}
    | contact("CONTACT")
    | {"WHENCREATED": TIMESTAMP, "WHENMODIFIED": TIMESTAMP}
    | OWNER
    | _rare("EMPLOYEE"),
    legacy=(
        *same("RECORDNO EMPLOYEEID TITLE LOCATIONID DEPARTMENTID SUPERVISORID"),
        ("startdate", "STARTDATE"),
        *same("EMPLOYEETYPE WHENMODIFIED STATUS CURRENCY"),
        *legacy_contact("personalinfo", "CONTACT"),
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
    | texts("LOCATIONID NAME PARENTID")
    | {"STATUS": ENUM, "CURRENCY": TEXT, "WHENMODIFIED": TIMESTAMP}
    | _rare("LOCATION"),
    legacy=same("LOCATIONID NAME PARENTID WHENMODIFIED STATUS"),
)

LOCATIONENTITY = Kind(
    name="LOCATIONENTITY",
    legacy_name="locationentity",
    key="LOCATIONID",
    types={"RECORDNO": INTEGER}
    | texts("LOCATIONID NAME CURRENCY")
    | {"STATUS": ENUM, "OPCOUNTRY": TEXT, "LOCATIONTYPE": TEXT, "WHENMODIFIED": TIMESTAMP}
    | _rare("LOCATIONENTITY"),
    legacy=same("LOCATIONID NAME LOCATIONTYPE CURRENCY STATUS"),
)

DEPARTMENT = Kind(
    name="DEPARTMENT",
    legacy_name="department",
    key="DEPARTMENTID",
    types={"RECORDNO": INTEGER}
    | texts("DEPARTMENTID TITLE PARENTID")
    | {"STATUS": ENUM, "WHENMODIFIED": TIMESTAMP}
    | _rare("DEPARTMENT"),
    legacy=same("DEPARTMENTID TITLE PARENTID WHENMODIFIED STATUS"),
)

ARTERM = Kind(
    name="ARTERM",
    legacy_name="arterm",
    key="NAME",
    types={"RECORDNO": INTEGER}
    | texts("NAME DESCRIPTION")
    | {"STATUS": ENUM, "DUEDATE": INTEGER, "DUEFROM": ENUM, "WHENMODIFIED": TIMESTAMP},
    legacy=same("NAME DESCRIPTION STATUS"),  # and "due", which depends on DUEFROM
)

# Kinds that ReconPro's companies don't use: a list of nothing is an answer too.
PROJECT = Kind(
    name="PROJECT",
    legacy_name="project",
    key="PROJECTID",
    types={"RECORDNO": INTEGER, "PROJECTID": TEXT, "NAME": TEXT, "STATUS": ENUM}
    | texts("PROJECTCATEGORY DESCRIPTION CUSTOMERID"),
    legacy=same("PROJECTID NAME STATUS"),
)
CLASS = Kind(
    name="CLASS",
    legacy_name="class",
    key="CLASSID",
    types={"RECORDNO": INTEGER, "CLASSID": TEXT, "NAME": TEXT, "STATUS": ENUM}
    | texts("DESCRIPTION PARENTID"),
    legacy=same("CLASSID NAME STATUS"),
)

KINDS = (
    CUSTOMER,
    ITEM,
    EMPLOYEE,
    LOCATION,
    LOCATIONENTITY,
    DEPARTMENT,
    ARTERM,
    GLACCOUNT,
    ARACCOUNTLABEL,
    SODOCUMENT,
    SODOCUMENTENTRY,
    SOTRANSACTIONDEF,
    ARINVOICE,
    ARINVOICEITEM,
    PROJECT,
    CLASS,
)
BY_NAME = {kind.name: kind for kind in KINDS}
LINES = (SODOCUMENTENTRY, ARINVOICEITEM)  # get_list knows lines only inside their document
BY_LEGACY_NAME = {kind.legacy_name: kind for kind in KINDS if kind not in LINES}


def legacy_field(kind: Kind, name: str) -> str:
    """The 3.0 field that a legacy filter or sort means; the name itself if it means none."""
    return (kind.synonyms | dict(kind.legacy)).get(name.lower(), name.upper())


def kind_named(name: str) -> Kind | None:
    """The kind by either of its names, in any case: for the control address, which is forgiving."""
    return BY_NAME.get(name.upper()) or BY_LEGACY_NAME.get(name.lower())
