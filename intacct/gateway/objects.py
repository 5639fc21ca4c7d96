"""The two names that each object has: in ``query`` and ``lookup`` (3.0), and in legacy lists."""

from intacct.gateway.version import Version

LEGACY_NAMES = {
    "CUSTOMER": "customer",
    "ITEM": "icitem",  # not "item": that is a schema error in both versions
    "EMPLOYEE": "employee",
    "LOCATION": "location",
    "LOCATIONENTITY": "locationentity",
    "DEPARTMENT": "department",
    "ARTERM": "arterm",
    "SODOCUMENT": "sotransaction",
    "ARINVOICE": "invoice",
}
_GENERIC_NAMES = {legacy: generic for generic, legacy in LEGACY_NAMES.items()}


def object_name(name: str, version: Version) -> str:
    """The name of an object in this version, whichever of its names is given."""
    generic = _GENERIC_NAMES.get(name.lower(), name.upper())
    if version is Version.V3_0:
        return generic
    return LEGACY_NAMES.get(generic, generic.lower())
