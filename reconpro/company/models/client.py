from django.db import models

from reconpro.company.models.records import (
    AccountingRecord,
    FromAccounting,
    record_constraints,
    record_indexes,
)


class ClientFromAccounting(FromAccounting):
    """What accounting owns of a client (I-3, I-11)."""

    # For Intacct: a field that the settings choose (S-5).
    accounting_id_2 = models.CharField("Accounting ID 2", max_length=200, blank=True)
    name = models.CharField("Company", max_length=200)
    contact_name = models.CharField("Contact", max_length=200, blank=True)
    phone = models.CharField(max_length=60, blank=True)
    email = models.CharField("E-mail", max_length=254, blank=True)
    terms = models.CharField(max_length=60, blank=True)
    bill_to = models.CharField("Bill To", max_length=200, blank=True)
    bill_to_address = models.TextField("Bill To address", max_length=500, blank=True)
    ship_to = models.CharField("Ship To", max_length=200, blank=True)
    ship_to_address = models.TextField("Ship To address", max_length=500, blank=True)
    # Accounting ID of the client that this one belongs to; tells clients of one name apart (I-8).
    accounting_parent_id = models.CharField("Parent", max_length=120, blank=True, default="")

    class Meta:
        abstract = True


class Client(ClientFromAccounting, AccountingRecord):
    """A customer of the company: who is invoiced."""

    # Typed here; counts where the import brings none, and no import ever writes it (S-6).
    accounting_id_2_typed = models.CharField("Accounting ID 2", max_length=200, blank=True, default="")

    kind = "client"
    kind_plural = "clients"

    class Meta:
        constraints = record_constraints("client")
        indexes = record_indexes("client")

    @property
    def display_name(self) -> str:
        return self.name

    @property
    def second_accounting_id(self) -> str:
        """The Accounting ID 2 that counts: what accounting brings, else what was typed here."""
        return self.accounting_id_2 or self.accounting_id_2_typed
