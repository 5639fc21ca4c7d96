"""Where Accounting ID 2 comes from in an import (S-5, S-6)."""

from intacct.definitions import definition_of
from intacct.gateway import PermissionRefused, RequestRefused, Version
from intacct.jobs.conversation import Conversation
from intacct.mapping.chosen_fields import department_field, legacy_department_field, with_accounting_id_2
from intacct.mapping.services import ITEMS, ITEMS_WITH_CUSTOM_FIELDS
from intacct.mapping.table import Record, Table
from intacct.models import AUTOMATIC, IntacctSettings
from integrations.duplicates.codes import Code


class DepartmentSource:
    """The field of items that fills Accounting ID 2 of services: chosen, or, *Automatic*, found.

    3.0 is asked which one it is. 2.1 can't be, so that each item's custom fields tell by their names.
    """

    def __init__(self, talk: Conversation) -> None:
        self._talk = talk
        self._is_automatic = talk.settings.service_id_2_field == AUTOMATIC
        self.found = ""
        if not self._is_automatic:
            self.table: Table = with_accounting_id_2(ITEMS, talk.settings.service_id_2_field)
        elif talk.version is Version.V3_0:
            self.found = self._asked()
            self.table = with_accounting_id_2(ITEMS, self.found, chosen=False)
        else:
            self.table = ITEMS_WITH_CUSTOM_FIELDS

    def look(self, record: Record) -> None:
        """Note which field it is, where only records tell."""
        if self.table is ITEMS_WITH_CUSTOM_FIELDS and not self.found:
            self.found = legacy_department_field(record)

    def keep(self) -> None:
        """Let the settings page tell what was found; nobody's change, so their version stays (S-8)."""
        if self._is_automatic:
            IntacctSettings.objects.filter(pk=self._talk.settings.pk, service_id_2_field=AUTOMATIC).update(
                item_department_field=self.found
            )

    def _asked(self) -> str:
        self._talk.context.progress("Looking up the fields of items")
        try:
            return department_field(definition_of(self._talk.client, ITEMS.object))
        except (PermissionRefused, RequestRefused) as refusal:
            self._talk.context.warnings.add(
                Code.NO_DEPARTMENT_FIELD,
                "Intacct does not tell which fields items have, so Accounting ID 2 of services was left as "
                f"it is. {refusal.message}",
                fingerprint="item-fields",
            )
            return ""
