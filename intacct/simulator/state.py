"""Keeps a world across restarts: what differs from its seed, in one SQLite file.

The seed's own records are made anew at each start, so that the file stays small and writing is cheap:
each change is one short transaction, which either is in the file or is not.
"""

import json
import sqlite3
from pathlib import Path
from typing import Any

from .company import PAPERS, Company
from .world import Size, World

SCHEMA = """
CREATE TABLE IF NOT EXISTS about (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS record (
    company TEXT, kind TEXT, recordno INTEGER, fields TEXT, PRIMARY KEY (company, kind, recordno)
);
CREATE TABLE IF NOT EXISTS completed (
    company TEXT, sender TEXT, controlid TEXT, PRIMARY KEY (company, sender, controlid)
);
"""
FORMAT = "2"


class BadStateFile(Exception):
    """The file can't be used; `str()` is a sentence."""


class StateFile:
    """One file for one world. Call under the world's lock."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.world: World | None = None
        self._saved_settings: dict[str, str] = {}
        self._completed: dict[str, set[tuple[str, str]]] = {}
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = sqlite3.connect(path, check_same_thread=False)
            self._file.execute("PRAGMA journal_mode=WAL")
            self._file.execute("PRAGMA synchronous=NORMAL")
            self._file.executescript(SCHEMA)
            format_ = self._about("format")
        except (OSError, sqlite3.DatabaseError) as problem:
            raise BadStateFile(f"{path} is not a state file of the simulator: {problem}.") from None
        if format_ not in (None, FORMAT) and not format_.startswith("1-"):
            raise BadStateFile(f"{path} was written by another version. Remove it to start anew.")

    def _about(self, name: str) -> str | None:
        found = self._file.execute("SELECT value FROM about WHERE name = ?", (name,)).fetchone()
        return None if found is None else str(found[0])

    def size(self, asked: dict[str, int]) -> Size:
        """The size that the file's world was made with; raises BadStateFile if another is asked for."""
        kept = self._about("size")
        if kept is None:
            size = Size(**asked)
            with self._file:
                rows = [("format", FORMAT), ("size", json.dumps(vars(size)))]
                self._file.executemany("INSERT INTO about VALUES (?, ?)", rows)
            return size
        size = Size(**json.loads(kept))
        for name, number in asked.items():
            if getattr(size, name) != number:
                raise BadStateFile(
                    f"{self.path} holds a world made with --{name} {getattr(size, name)}. "
                    f"Remove it, or start without --{name}."
                )
        return size

    def restore(self, world: World) -> None:
        """Bring a freshly seeded world to where the file left it."""
        self.world = world
        for company in world.companies.values():
            for kind, recordno, fields in self._file.execute(
                "SELECT kind, recordno, fields FROM record WHERE company = ? ORDER BY recordno",
                (company.name,),
            ):
                table = company.table(kind)
                known = {} if fields is None else json.loads(fields)
                if isinstance(known, list):  # as the first format kept them: in the order of the fields
                    known = dict(zip(table.kind.fields, known, strict=False))
                values = [str(known.get(name, "")) for name in table.kind.fields]
                table.restore(recordno, None if fields is None else values)
            self._restore_lines(company)
            found = self._file.execute(
                "SELECT sender, controlid FROM completed WHERE company = ?", (company.name,)
            )
            company.completed = {(sender, controlid) for sender, controlid in found}
            self._completed[company.name] = set(company.completed)
            kept = self._about(f"company {company.name}")
            if kept is not None:
                about: dict[str, Any] = json.loads(kept)
                company.days_advanced = about["days_advanced"]
                for name, value in about["settings"].items():
                    company.settings.change(name, value)
            for table in company.tables.values():
                table.changed.clear()

    def _restore_lines(self, company: Company) -> None:
        for name, paper in PAPERS.items():
            table = company.table(paper.line.name)
            for row in table:
                key = (name, int(table.value(row, paper.line_header)))
                company.lines.setdefault(key, []).append(int(row[0]))

    def save(self) -> None:
        """Write what changed since the last time, in one transaction."""
        if self.world is None:
            return
        with self._file:
            for company in self.world.companies.values():
                self._save_company(company)

    def _save_company(self, company: Company) -> None:
        for name, table in company.tables.items():
            if not table.changed:
                continue
            rows = [
                (
                    company.name,
                    name,
                    recordno,
                    json.dumps(table.filled(table.rows[recordno])) if recordno in table.rows else None,
                )
                for recordno in table.changed
            ]
            self._file.executemany("INSERT OR REPLACE INTO record VALUES (?, ?, ?, ?)", rows)
            table.changed.clear()
        known = self._completed.setdefault(company.name, set())
        if company.completed != known:
            gone, new = known - company.completed, company.completed - known
            self._file.executemany(
                "DELETE FROM completed WHERE company = ? AND sender = ? AND controlid = ?",
                [(company.name, *each) for each in gone],
            )
            self._file.executemany(
                "INSERT OR IGNORE INTO completed VALUES (?, ?, ?)",
                [(company.name, *each) for each in new],
            )
            self._completed[company.name] = set(company.completed)
        about = json.dumps({"days_advanced": company.days_advanced, "settings": vars(company.settings)})
        if self._saved_settings.get(company.name) != about:
            self._file.execute(
                "INSERT OR REPLACE INTO about VALUES (?, ?)", (f"company {company.name}", about)
            )
            self._saved_settings[company.name] = about

    def close(self) -> None:
        self._file.close()
