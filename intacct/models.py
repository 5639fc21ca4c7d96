"""The Intacct Integration Settings of a company (spec section 2)."""

from django.db import models

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
    transaction_definition = models.CharField(
        "Transaction definition", max_length=30, default="Sales Invoice"
    )
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
    # S-6: which field of an item filled Accounting ID 2 at the last import; "" = items have none,
    # NULL = not asked yet. Found by the gateway, not set by anybody.
    item_department_field = models.CharField(max_length=80, null=True, blank=True, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name_plural = "Intacct settings"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(dtd_version__in=DtdVersion.values), name="intacct_dtd_version"
            )
        ]

    def __str__(self) -> str:
        return f"Intacct settings of {self.company}"
