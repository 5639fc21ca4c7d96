"""The floor: the least that anybody could do to have the customers in a database.

requests, lxml, and COPY (PostgreSQL) or executemany (SQLite) into a bare table without keys, with only the
fields that an import needs and the next page fetched while this one is written. No matching, no comparison,
no cleaning, no history, no progress, no second thought about an answer.
"""

import csv
import io
import os
import sqlite3
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import requests
from lxml import etree

from intacct.gateway import Version
from intacct.mapping.clients import CUSTOMERS
from tests.simulator_process import COMPANY_ID, SENDER_ID, SENDER_PASSWORD, USER_ID, USER_PASSWORD
from tools.bench.measured import timed

PAGE = 2000
FIELDS: tuple[str, ...] = CUSTOMERS.listing(Version.V3_0).fields
REQUEST = f"""<?xml version="1.0" encoding="UTF-8"?>
<request><control><senderid>{SENDER_ID}</senderid><password>{SENDER_PASSWORD}</password>
<controlid>floor</controlid><uniqueid>false</uniqueid><dtdversion>3.0</dtdversion>
<includewhitespace>false</includewhitespace></control><operation><authentication>{{authentication}}</authentication>
<content><function controlid="1">{{function}}</function></content></operation></request>"""
LOGIN = (
    f"<login><userid>{USER_ID}</userid><companyid>{COMPANY_ID}</companyid>"
    f"<password>{USER_PASSWORD}</password></login>"
)
QUERY = (
    "<query><object>CUSTOMER</object><select>"
    + "".join(f"<field>{name}</field>" for name in FIELDS)
    + "</select><orderby><order><field>RECORDNO</field><ascending/></order></orderby>"
    "<options><showprivate>true</showprivate></options>"
    f"<pagesize>{PAGE}</pagesize><offset>{{offset}}</offset></query>"
)
Rows = list[list[str]]


class Gateway:
    """One session, one request at a time; what the answers say of themselves is believed."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._http = requests.Session()
        self._http.headers["Content-Type"] = "application/xml"
        self._http.headers["Accept-Encoding"] = "identity"
        answer = self._post(LOGIN, "<getAPISession/>")
        self._session = f"<sessionid>{etree.fromstring(answer).findtext('.//sessionid')}</sessionid>"

    def page(self, offset: int) -> bytes:
        return self._post(self._session, QUERY.format(offset=offset))

    def _post(self, authentication: str, function: str) -> bytes:
        body = REQUEST.format(authentication=authentication, function=function)
        return self._http.post(self._url, data=body.encode(), timeout=60).content


def pages(url: str) -> Iterator[Rows]:
    """The values of all customers, in the order of FIELDS, page by page."""
    gateway = Gateway(url)
    with ThreadPoolExecutor(1) as ahead:
        offset, coming = 0, ahead.submit(gateway.page, 0)
        while True:
            data = etree.fromstring(coming.result()).find("operation/result/data")
            offset += len(data)
            is_last = int(data.get("numremaining")) == 0
            if not is_last:
                coming: Future[bytes] = ahead.submit(gateway.page, offset)
            # By name: no word of the gateway's promises an order of fields.
            named = ({field.tag: field.text for field in record} for record in data)
            yield [[values[name] or "" for name in FIELDS] for values in named]
            if is_last:
                return


def measure_reading(url: str) -> dict[str, Any]:
    """Reading and parsing alone: the rows are made and let go."""
    found: dict[str, Any] = {}
    with timed(found):
        found["rows"] = sum(len(page) for page in pages(url))
    return found


def measure_floor(url: str) -> dict[str, Any]:
    """The rows in a bare table, in one transaction."""
    database_url = os.environ["DATABASE_URL"]
    found: dict[str, Any] = {}
    with timed(found):
        if database_url.startswith("sqlite"):
            found["rows"] = _into_sqlite(database_url.removeprefix("sqlite:///"), pages(url))
        else:
            found["rows"] = _into_postgres(database_url, pages(url))
    return found


def _create_table() -> str:
    return f"CREATE TABLE bare ({', '.join(f'c{i} text NOT NULL' for i in range(len(FIELDS)))})"


def _into_postgres(database_url: str, listed: Iterable[Rows]) -> int:
    import psycopg2

    connection = psycopg2.connect(database_url)
    number = 0
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS bare")
            cursor.execute(_create_table())
            for page in listed:
                buffer = io.StringIO()
                csv.writer(buffer, lineterminator="\n").writerows(page)
                buffer.seek(0)
                # No value is NULL; the mark is one that no text holds, so that '' stays ''.
                cursor.copy_expert("COPY bare FROM STDIN WITH (FORMAT csv, NULL '\x01')", buffer)
                number += len(page)
    finally:
        connection.close()
    return number


def _into_sqlite(file: str, listed: Iterable[Rows]) -> int:
    connection = sqlite3.connect(file)
    number = 0
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        with connection:
            connection.execute("DROP TABLE IF EXISTS bare")
            connection.execute(_create_table())
            insert = f"INSERT INTO bare VALUES ({', '.join('?' * len(FIELDS))})"
            for page in listed:
                connection.executemany(insert, page)
                number += len(page)
    finally:
        connection.close()
    return number
