"""The departments of services against those that Intacct lists (S-6)."""

from dataclasses import dataclass

from integrations.connections.reference import ReferenceRow
from integrations.duplicates.codes import Code
from integrations.duplicates.collector import MOST_PER_CODE, Side
from integrations.reconcile.external import ExternalRecord
from integrations.runs.context import RunContext
from reconpro.company.models import Service


@dataclass(frozen=True, slots=True)
class _Odd:
    item: str
    label: str
    code: str
    what: str


class DepartmentCheck:
    """Warns of services whose department Intacct doesn't list, whether it is brought or typed here."""

    def __init__(self, context: RunContext, departments: list[ReferenceRow] | None) -> None:
        self.context = context
        self.known = None if departments is None else {row.code: row.is_active for row in departments}
        self._odd: list[_Odd] = []
        self._more = 0

    def __call__(self, service: ExternalRecord) -> None:
        """Look at one service of the list."""
        department = service.values.get("accounting_id_2")
        if department is None:
            return
        code = str(department).strip()
        if not code or not service.is_active or self.known is None or self.known.get(code):
            return
        if len(self._odd) >= MOST_PER_CODE:
            self._more += 1
            return
        item = str(service.values.get("accounting_id", "")).strip()
        label = f"{item} {service.values.get('name', '')}".strip()
        what = "inactive in Intacct" if code in self.known else "not a department of Intacct"
        self._odd.append(_Odd(item, label, code, what))

    def warn(self) -> None:
        """Tell what was found, once the list is through; each leads to its service, if it is here already."""
        ids = self._ids_here()
        for odd in self._odd:
            self.context.warnings.add(
                Code.UNKNOWN_REFERENCE,
                f"Department {odd.code} of service {odd.label} is {odd.what}.",
                sides=[Side(kind="service", id=ids.get(odd.item), label=odd.label)],
                fingerprint=f"department:{odd.item}:{odd.code}",
            )
        self.context.warnings.add_uncollected(Code.UNKNOWN_REFERENCE, self._more)
        self._warn_of_typed()

    def _warn_of_typed(self) -> None:
        """What was typed here counts where the import brings none; few different ones are typed."""
        if self.known is None:
            return
        typed = Service.objects.filter(
            company=self.context.company, archived_reason="", accounting_id_2=""
        ).exclude(accounting_id_2_typed="")
        codes = typed.values_list("accounting_id_2_typed", flat=True).distinct()
        unknown = [code for code in codes if not self.known.get(code.strip())]
        odd = typed.filter(accounting_id_2_typed__in=unknown).order_by("accounting_id", "pk")
        for service in odd[:MOST_PER_CODE]:
            code = service.department.strip()
            what = "inactive in Intacct" if code in self.known else "not a department of Intacct"
            self.context.warnings.add(
                Code.UNKNOWN_REFERENCE,
                f"Department {code}, typed for service {service.called}, is {what}.",
                sides=[Side(kind="service", id=service.pk, label=service.called)],
                fingerprint=f"typed-department:{service.pk}:{code}",
            )

    def _ids_here(self) -> dict[str, int]:
        """The services in these books by Accounting ID, with one query; of several the active one."""
        if not self._odd or self.context.connection is None:
            return {}
        here = Service.objects.filter(
            company=self.context.company,
            books_id=self.context.connection.books_id,
            accounting_id__in={odd.item for odd in self._odd},
        )
        return dict(here.order_by("-archived_reason").values_list("accounting_id", "pk"))
