"""Asking which fields an object has (S-5, S-6)."""

from intacct.gateway import Client, Definition, RequestRefused


def definition_of(client: Client, name: str) -> Definition:
    """The fields of an object (3.0), with relationships where `lookup` is known there, else without.

    Raises GatewayError: PermissionRefused, or RequestRefused where both ways to ask are refused.
    """
    try:
        return client.definition(name)
    except RequestRefused as refusal:
        try:
            return client.definition(name, by="inspect")
        except RequestRefused:
            raise refusal from None
