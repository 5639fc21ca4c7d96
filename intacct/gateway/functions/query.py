"""3.0: read records with the fields named."""

from dataclasses import dataclass, replace
from typing import ClassVar

from lxml import etree

from intacct.gateway.functions.base import Element, check_names, child, optional
from intacct.gateway.functions.filters import Comparison, Filter, Logical, write_query_filter
from intacct.gateway.functions.page_sizes import check_page_size, check_start

LARGEST_PAGE = 2000
RECORD_NUMBER = "RECORDNO"


@dataclass(frozen=True)
class Query:
    """Records of one object, in the order of RECORDNO.

    ``fields`` may hold names with a dot (``DISPLAYCONTACT.EMAIL1``); RECORDNO is asked for in any case, since
    every page but the first begins ``after`` the last record of the one before. ``page_size`` is 1 to 2,000;
    None leaves it to the client's limits. ``showprivate``: at top level, also what belongs to one entity.
    ``docparid`` is the transaction definition, for SODOCUMENT only. ``offset``: so many records of the whole
    list are passed over. ValueError for a size or an offset that can't be,
    or for what is no name.
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
    after: int | None = None
    """Only records with a greater RECORDNO, in addition to what ``filter`` says."""

    def __post_init__(self) -> None:
        check_names("an object", self.object)
        check_names("a field", *self.fields)
        check_page_size(self.page_size, LARGEST_PAGE)
        check_start(self.offset)

    @property
    def label(self) -> str:
        return f"query {self.object}"

    @property
    def narrowed(self) -> Filter | None:
        """What a record must fulfil: ``filter`` and ``after`` together."""
        if self.after is None:
            return self.filter
        behind = Comparison(RECORD_NUMBER, "greaterthan", (str(self.after),))
        if self.filter is None:
            return behind
        if isinstance(self.filter, Logical) and self.filter.operator == "and":
            return Logical("and", (*self.filter.parts, behind))
        return Logical("and", (self.filter, behind))

    def page(self, page_size: int, *, after: int | None = None) -> "Query":
        """The same question for one page: the first one, or the one behind the RECORDNO ``after``."""
        size = min(self.page_size or page_size, LARGEST_PAGE)
        if after is None:
            return replace(self, page_size=size)
        return replace(self, page_size=size, offset=0, after=after)

    def to_xml(self) -> Element:
        query = etree.Element("query")
        child(query, "object", self.object)
        select = etree.SubElement(query, "select")
        for field in self.fields:
            child(select, "field", field)
        if RECORD_NUMBER not in self.fields:
            child(select, "field", RECORD_NUMBER)
        if (condition := self.narrowed) is not None:
            write_query_filter(etree.SubElement(query, "filter"), condition)
        order = etree.SubElement(etree.SubElement(query, "orderby"), "order")
        child(order, "field", RECORD_NUMBER)
        etree.SubElement(order, "ascending")
        if self.showprivate:
            child(etree.SubElement(query, "options"), "showprivate", "true")
        optional(query, "docparid", self.docparid)
        if self.page_size is not None:
            child(query, "pagesize", str(self.page_size))
        child(query, "offset", str(self.offset))
        return query
