"""Lists of a run's page."""

import django_tables2 as tables

from reconpro.lists import ListTable

NUMBER = {"th": {"class": "number"}, "td": {"class": "number"}}
CODE = {"td": {"class": "code"}}


class RequestTable(ListTable):
    """A run's requests to the gateway, in the order in which they were sent (R-4)."""

    function = tables.Column(orderable=False)
    started_at = tables.DateTimeColumn(format="M j, g:i:s a", verbose_name="Sent", orderable=False)
    milliseconds = tables.Column("Milliseconds", orderable=False, attrs=NUMBER)
    records = tables.Column(orderable=False, attrs=NUMBER)
    http_status = tables.Column("HTTP status", orderable=False, attrs=NUMBER)
    error_number = tables.Column("Error number", orderable=False, attrs=CODE)
    support_id = tables.Column("Support ID", orderable=False, attrs=CODE)
    control_id = tables.Column("Control ID", orderable=False, attrs=CODE)

    class Meta(ListTable.Meta):
        prefix = "requests-"
        empty_text = "No request has gone to the gateway."

    def render_http_status(self, value: int) -> str:
        return str(value)
