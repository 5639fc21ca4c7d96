"""Both versions: read records of a legacy object."""

from dataclasses import dataclass, replace
from typing import ClassVar

from lxml import etree

from intacct.gateway.functions.base import Element, check_names, child
from intacct.gateway.functions.filters import Filter, write_list_filter
from intacct.gateway.functions.page_sizes import check_page_size, check_start

LARGEST_LIST_PAGE = 1000  # the largest that published clients are known to use

# Paging needs an order; the business id is the only column that every one of these lists has.
SORT_FIELDS = {
    "customer": "customerid",
    "icitem": "itemid",
    "employee": "employeeid",
    "location": "locationid",
    "locationentity": "locationid",
    "department": "departmentid",
    "arterm": "name",
}


@dataclass(frozen=True)
class GetList:
    """Records of one legacy object; without ``fields`` all of them come, nested as the gateway keeps them.

    ``start`` counts from zero: so many records are passed over. ``max_items`` is the size of a page, 1 to
    1,000; None leaves it to the client's limits. ``sort`` None takes the object's business id, "" asks for no
    order. The field that it is sorted by is asked for in any case: by it the client sees whether the list
    moved between two pages. ValueError for a size or a start that can't be, or for
    what is no name.
    """

    name: ClassVar[str] = "get_list"
    answers_key: ClassVar[bool] = False

    object: str
    fields: tuple[str, ...] = ()
    filter: Filter | None = None
    showprivate: bool = True
    max_items: int | None = None
    sort: str | None = None
    start: int = 0

    def __post_init__(self) -> None:
        check_names("an object", self.object)
        check_names("a field", *self.fields, *((self.sort,) if self.sort else ()))
        check_page_size(self.max_items, LARGEST_LIST_PAGE)
        check_start(self.start)

    @property
    def sort_field(self) -> str:
        """What the records are sorted by; "" for no order."""
        return SORT_FIELDS.get(self.object, "") if self.sort is None else self.sort

    @property
    def label(self) -> str:
        return f"get_list {self.object}"

    def page(self, start: int, page_size: int, *, again: int = 0) -> "GetList":
        """The same question for the page that begins at ``start``, of which ``again`` records are known."""
        size = min((self.max_items or page_size) + again, LARGEST_LIST_PAGE)
        return replace(self, start=start, max_items=size)

    def to_xml(self) -> Element:
        get_list = etree.Element("get_list", object=self.object, start=str(self.start))
        if self.max_items is not None:
            get_list.set("maxitems", str(self.max_items))
        if self.showprivate:
            get_list.set("showprivate", "true")
        if self.filter is not None:
            write_list_filter(etree.SubElement(get_list, "filter"), self.filter)
        if self.sort_field:
            sortfield = child(etree.SubElement(get_list, "sorts"), "sortfield", self.sort_field)
            sortfield.set("order", "asc")
        if self.fields:
            fields = etree.SubElement(get_list, "fields")
            for field in self.fields:
                child(fields, "field", field)
            if self.sort_field and self.sort_field not in self.fields:
                child(fields, "field", self.sort_field)
        return get_list
