"""The Intacct Integration Settings of a company (spec section 2)."""

from django.db import models
from django.utils import timezone

from integrations.secrets.fields import SecretField


class DtdVersion(models.TextChoices):
    V2_1 = "v2.1", "v2.1"
    V3_0 = "v3.0", "v3.0"


class UnitOfMeasure(models.TextChoices):
    EACH = "each", "Each"
    ITEM = "item", "The item's own unit"


class ClosedPeriod(models.TextChoices):
    BLOCK = "block", "Don't export the invoice"
    MOVE = "move", "Post it on the first open day"


class DocumentType(models.TextChoices):
    ORDER_ENTRY = "order_entry", "Order Entry"
    AR_INVOICE = "ar_invoice", "AR invoice"


class NotifyWhen(models.TextChoices):
    TROUBLE = "trouble", "When it failed or warns"
    ALWAYS = "always", "Each time"


AUTOMATIC = "automatic"  # S-6: the item's field that holds a Department ID, found by asking Intacct
DEFAULT_POST_URL = "https://api.intacct.com/ia/xml/xmlgw.phtml"


class IntacctSettings(models.Model):
    """The eight settings of the guide, in its order, and those under *Advanced* (S-1, S-5)."""

    company = models.OneToOneField(
        "company.Company", on_delete=models.PROTECT, related_name="intacct_settings"
    )
    sender_id = models.CharField("Sender ID", max_length=100, blank=True)
    sender_password = SecretField("Sender Password", blank=True)
    dtd_version = models.CharField("DTD Version", max_length=5, choices=DtdVersion, default=DtdVersion.V3_0)
    auth_user_id = models.CharField("Auth User ID", max_length=100, blank=True)
    auth_company_id = models.CharField("Auth Company ID", max_length=100, blank=True)
    auth_password = SecretField("Auth Password", blank=True)
    post_url = models.CharField("Post URL", max_length=300, default=DEFAULT_POST_URL)
    default_team = models.ForeignKey(
        "company.Team",
        verbose_name="Default Team",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    # Advanced
    entity = models.CharField("Entity", max_length=60, blank=True)  # "" = the whole company
    # The names of Intacct's own fields that fill Accounting ID 2; "" = none (S-5, S-6).
    client_id_2_field = models.CharField("Accounting ID 2 of clients", max_length=80, blank=True)
    service_id_2_field = models.CharField(
        "Accounting ID 2 of services", max_length=80, blank=True, default=AUTOMATIC
    )
    # Which items and employees come in, as Intacct's own words and ids; [] = all (S-5).
    item_types = models.JSONField("Item types", default=list, blank=True)
    employee_types = models.JSONField("Employee types", default=list, blank=True)
    scope_departments = models.JSONField("Departments", default=list, blank=True)
    scope_locations = models.JSONField("Locations", default=list, blank=True)
    document_type = models.CharField(
        "Document type", max_length=12, choices=DocumentType, default=DocumentType.ORDER_ENTRY
    )
    transaction_definition = models.CharField(
        "Transaction definition", max_length=30, default="Sales Invoice"
    )
    credit_definition = models.CharField("Credit definition", max_length=30, blank=True)  # "" = none
    # An AR invoice's line needs one of the two.
    revenue_account = models.CharField("Revenue account", max_length=24, blank=True)
    account_label = models.CharField("Account label", max_length=80, blank=True)
    document_prefix = models.CharField("Document number prefix", max_length=10, blank=True, default="RP-")
    unit_of_measure = models.CharField(
        "Unit of measure", max_length=5, choices=UnitOfMeasure, default=UnitOfMeasure.EACH
    )
    default_terms = models.CharField("Default terms", max_length=40, blank=True)
    default_location = models.CharField("Default location", max_length=60, blank=True)
    department_required = models.BooleanField("Department required", default=False)
    several_entities_allowed = models.BooleanField(
        "Allow lines of several entities on one invoice", default=False
    )
    closed_through = models.DateField("Books are closed through", null=True, blank=True)
    closed_period = models.CharField(
        "Posting when a period is closed",
        max_length=5,
        choices=ClosedPeriod,
        default=ClosedPeriod.BLOCK,
    )
    export_start = models.DateField("Export start date", null=True, blank=True)
    notify_addresses = models.JSONField("E-mail addresses to tell", default=list, blank=True)
    notify_when = models.CharField("Tell them", max_length=7, choices=NotifyWhen, default=NotifyWhen.TROUBLE)
    # S-6: which field of an item filled Accounting ID 2 at the last import; "" = items have none,
    # NULL = not asked yet. Found by the gateway, not set by anybody.
    item_department_field = models.CharField(max_length=80, null=True, blank=True, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name_plural = "Intacct settings"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(dtd_version__in=DtdVersion.values), name="intacct_dtd_version"
            ),
            models.CheckConstraint(
                condition=models.Q(document_type__in=DocumentType.values), name="intacct_document_type"
            ),
        ]

    def __str__(self) -> str:
        return f"Intacct settings of {self.company}"


class IntacctLists(models.Model):
    """What Intacct said that the settings can choose from, kept with the connection that it was said over.

    `lists` holds [value, label] pairs by name (`intacct.lists`); `untold` are sentences about what could
    not be read. With `fields_are_whole` the fields are all that there are (3.0); else only those that were
    seen in records.
    """

    connection = models.OneToOneField(
        "integrations.Connection", primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    lists = models.JSONField(default=dict)
    untold = models.JSONField(default=list)
    fields_are_whole = models.BooleanField(default=False)
    read_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "Intacct lists"

    def __str__(self) -> str:
        return f"Lists of {self.connection}"
