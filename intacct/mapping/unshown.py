"""What no record of a 2.1 list holds though every one should (I-11).

3.0 refuses a question that names a field which may not be seen. 2.1 leaves the field out of each record
without a word, as it may leave out what is empty: only of a few can be told that somebody hides them.
"""

from collections.abc import Collection, Iterable

from intacct.mapping.table import Column, Record, Table


class Unshown:
    """The columns that every record holds where they may be seen, and that none held so far."""

    def __init__(self, table: Table, without: Collection[str] = ()) -> None:
        self._witnesses: dict[str, set[str]] = {}
        self._columns: dict[str, list[Column]] = {}
        self.any_record = False
        for column in table.columns:
            if not column.always_shown or column.name in without:
                continue
            top = column.paths[0].split(".")[0]
            self._columns.setdefault(top, []).append(column)
            # A contact is seen by any of its values here, and by being empty or only a link.
            known = self._witnesses.setdefault(top, {top, f"{top}.contact", f"{top}.contactname"})
            known.update(column.paths)

    def look(self, records: Iterable[Record]) -> None:
        """Strike off what these hold; after the first few records it costs nothing."""
        for record in records:
            self.any_record = True
            if not self._witnesses:
                return
            for top in [top for top, names in self._witnesses.items() if not names.isdisjoint(record)]:
                del self._witnesses[top]

    @property
    def fields(self) -> tuple[str, ...]:
        """The 3.0 names of those that nobody held; of an empty list none."""
        if not self.any_record:
            return ()
        return tuple(column.field for top in self._witnesses for column in self._columns[top])
