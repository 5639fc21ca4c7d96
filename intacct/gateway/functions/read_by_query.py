"""3.0: read records by a text query, and the pages that follow by the cursor of the first one."""

from dataclasses import dataclass, replace
from typing import ClassVar

from lxml import etree

from intacct.gateway.functions.base import Element, check_names, child, optional
from intacct.gateway.functions.filters import Filter, check_text_names, query_text
from intacct.gateway.functions.page_sizes import check_page_size

LARGEST_READ_PAGE = 1000


@dataclass(frozen=True)
class ReadByQuery:
    """Records of one object, in no order; every page after the first is a ``ReadMore``.

    ``fields`` empty means all of them. ``page_size`` is 1 to 1,000; None leaves it to the client's limits.
    ``docparid`` is the transaction definition, for SODOCUMENT only. Prefer ``Query``: it has an order, larger
    pages, and no cursor that could expire. ValueError for a name that is no field's, or a size that can't be.
    """

    name: ClassVar[str] = "readByQuery"
    answers_key: ClassVar[bool] = False

    object: str
    fields: tuple[str, ...] = ()
    filter: Filter | None = None
    page_size: int | None = None
    docparid: str = ""

    def __post_init__(self) -> None:
        check_page_size(self.page_size, LARGEST_READ_PAGE)
        check_names("an object", self.object)
        check_text_names(*self.fields)  # they go as one text with commas
        if self.filter is not None:
            query_text(self.filter)  # says now what can't be said in it

    @property
    def label(self) -> str:
        return f"readByQuery {self.object}"

    def page(self, page_size: int) -> "ReadByQuery":
        """The same question for a first page of that size."""
        return replace(self, page_size=min(self.page_size or page_size, LARGEST_READ_PAGE))

    def to_xml(self) -> Element:
        read = etree.Element("readByQuery")
        child(read, "object", self.object)
        child(read, "fields", ",".join(self.fields) or "*")
        child(read, "query", "" if self.filter is None else query_text(self.filter))
        if self.page_size is not None:
            child(read, "pagesize", str(self.page_size))
        optional(read, "docparid", self.docparid)
        return read


@dataclass(frozen=True)
class ReadMore:
    """The next page of a ``ReadByQuery``. It moves the cursor: asked twice, it answers two pages."""

    name: ClassVar[str] = "readMore"
    answers_key: ClassVar[bool] = False

    result_id: str
    object: str = ""
    """For the request log only."""

    @property
    def label(self) -> str:
        return f"readMore {self.object}".strip()

    def to_xml(self) -> Element:
        read = etree.Element("readMore")
        child(read, "resultId", self.result_id)
        return read
