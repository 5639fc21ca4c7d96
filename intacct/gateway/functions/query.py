"""3.0: read records with the fields named."""

from dataclasses import dataclass, replace
from typing import ClassVar

from lxml import etree

from intacct.gateway.functions.base import Element, child, optional
from intacct.gateway.functions.filters import Filter, write_query_filter

LARGEST_PAGE = 2000


@dataclass(frozen=True)
class Query:
    """Records of one object, in the order of RECORDNO, since offset paging overlaps without an order.

    ``fields`` may hold names with a dot (``DISPLAYCONTACT.EMAIL1``). ``page_size`` is at most 2,000; None
    leaves it to the client's limits. ``showprivate``: at top level, also what belongs to one entity.
    ``docparid`` is the transaction definition, for SODOCUMENT only.
    """

    name: ClassVar[str] = "query"
    answers_key: ClassVar[bool] = False

    object: str
    fields: tuple[str, ...]
    filter: Filter | None = None
    page_size: int | None = None
    showprivate: bool = True
    docparid: str = ""
    offset: int = 0

    @property
    def label(self) -> str:
        return f"query {self.object}"

    def page(self, offset: int, page_size: int) -> "Query":
        """The same question for the page that starts at ``offset``."""
        size = min(self.page_size or page_size, LARGEST_PAGE)
        return replace(self, offset=offset, page_size=size)

    def to_xml(self) -> Element:
        query = etree.Element("query")
        child(query, "object", self.object)
        select = etree.SubElement(query, "select")
        for field in self.fields:
            child(select, "field", field)
        if self.filter is not None:
            write_query_filter(etree.SubElement(query, "filter"), self.filter)
        order = etree.SubElement(etree.SubElement(query, "orderby"), "order")
        child(order, "field", "RECORDNO")
        etree.SubElement(order, "ascending")
        if self.showprivate:
            child(etree.SubElement(query, "options"), "showprivate", "true")
        optional(query, "docparid", self.docparid)
        if self.page_size is not None:
            child(query, "pagesize", str(self.page_size))
        child(query, "offset", str(self.offset))
        return query
