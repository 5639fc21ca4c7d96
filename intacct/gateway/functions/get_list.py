"""Both versions: read records of a legacy object."""

from dataclasses import dataclass, replace
from typing import ClassVar

from lxml import etree

from intacct.gateway.functions.base import Element, child
from intacct.gateway.functions.filters import Filter, write_list_filter

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

    ``start`` counts from zero. ``max_items`` None leaves the page's size to the client's limits.
    ``sort`` None takes the object's business id, "" asks for no order.
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

    @property
    def label(self) -> str:
        return f"get_list {self.object}"

    def page(self, offset: int, page_size: int) -> "GetList":
        """The same question for the page that starts at ``offset``."""
        return replace(self, start=offset, max_items=self.max_items or page_size)

    def to_xml(self) -> Element:
        get_list = etree.Element("get_list", object=self.object, start=str(self.start))
        if self.max_items is not None:
            get_list.set("maxitems", str(self.max_items))
        if self.showprivate:
            get_list.set("showprivate", "true")
        if self.filter is not None:
            write_list_filter(etree.SubElement(get_list, "filter"), self.filter)
        sort = SORT_FIELDS.get(self.object, "") if self.sort is None else self.sort
        if sort:
            sortfield = child(etree.SubElement(get_list, "sorts"), "sortfield", sort)
            sortfield.set("order", "asc")
        if self.fields:
            fields = etree.SubElement(get_list, "fields")
            for field in self.fields:
                child(fields, "field", field)
        return get_list
