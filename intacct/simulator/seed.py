"""Fills a company with believable records: the same ones for the same numbers and seed, every time.

Quick enough for 100,000 customers in a few seconds, so plain arithmetic on the record's number decides
what it is like instead of a random generator per record.
"""

from .names import (
    ACCOUNTS,
    CITIES,
    DEFINITIONS,
    DEPARTMENTS,
    ENTITIES,
    FAMILY,
    FIRST_WORDS,
    GIVEN,
    INACTIVE_SERVICES,
    LABELS,
    LOCATIONS,
    ODD_CUSTOMER_NAMES,
    REPEATED_NAMES,
    SAME_PLACE,
    SERVICES,
    STREETS,
    TERMS,
    TITLES,
    TRADES,
    VARIANTS,
)
from .tables import Table

SEEDED = "01/15/2026 09:00:00"  # one moment for all: what changes later is later
NO_CONTACT = [""] * 14
Named = tuple[str, str]  # an id and a name
FIRST_EMPLOYEE_NUMBER = 140  # so that E-00148 is among the first 20

# Employee number in the list -> (id, where); None for what the rule would give.
ODD_EMPLOYEES = {
    5: ("TEMP-7", "WBU"),  # no five digits: no default sign-in
    9: ("E-00148", "EBU"),
    11: ("T-00148", "WBU"),  # the five digits of another employee
    13: ("E-00152", ""),  # no location
    14: ("W:00153", "EBU"),  # a colon inside the id
    16: ("E-00155", "EBU-SHOP2"),
    17: ("E-00156", "EBU-SHOP2-LOTB"),  # two levels below its entity
    18: ("E-00157", "HQ"),  # a location below no entity
}


def customer_name(number: int) -> str:
    """A name that no other number has, save for those that repeat one on purpose."""
    odd = ODD_CUSTOMER_NAMES.get(number)
    if odd:
        return odd
    number = REPEATED_NAMES.get(number, number)
    words, trades = len(FIRST_WORDS), len(TRADES)
    # Seven and five share no factor with the list lengths, so each pair comes once per round.
    name = f"{FIRST_WORDS[number * 7 % words]} {TRADES[(number // words + number * 5) % trades]}"
    if number < words * trades:
        return name
    city = CITIES[number // (words * trades) % len(CITIES)][0]
    name = f"{name} of {city}"
    if number < words * trades * len(CITIES):
        return name
    return f"{name} {number // (words * trades * len(CITIES)) + 1}"


def _address(number: int) -> list[str]:
    city, state, postcode = CITIES[number % len(CITIES)]
    street = f"{number % 9000 + 1} {STREETS[number % len(STREETS)]}"
    second = f"Suite {number % 90 + 1}" if number % 5 == 0 else ""
    return [street, second, city, state, postcode, "United States", "US"]


def fill_customers(table: Table, count: int, *, entities: tuple[Named, ...], salt: int) -> None:
    """Customers C-00001 to C-<count>, in the order of the kind's fields."""
    terms = [term[0] for term in TERMS]
    for number in range(1, count + 1):
        name = customer_name(number + salt)
        customer_id = f"C-{number:05d}"
        place = REPEATED_NAMES[number] if number in SAME_PLACE else number
        address = _address(place)
        first, last = GIVEN[number * 5 % len(GIVEN)], FAMILY[number % len(FAMILY)]
        phone, email = f"555-{place % 10000:04d}", f"ap{number}@dealer{number % 997}.example"
        display = [f"{name}(C{customer_id})", f"{name} LLC", f"{name} LLC", first, last, phone, email]
        display += address
        bill_to = display
        if number % 3 == 0:
            bill_to = [f"{name} AP", name, name, "", "", phone, f"bills{number}@dealer.example"]
            bill_to += _address(place + 3)
        ship_to = display
        if number % 4 == 0:
            ship_to = [f"{name} Lot B", name, name, "", "", phone, "", *_address(place + 7)]
        elif number % 10 == 1:
            ship_to = NO_CONTACT
        private = entities and number % 12 == 5
        owner, owner_name = entities[number % len(entities)] if private else ("", "")
        table.seed(
            [
                str(number + 80),
                customer_id,
                name,
                "inactive" if number % 15 == 14 else "active",
                f"C-{number - 1:05d}" if number % 20 == 16 else "",
                "" if number % 11 == 10 else terms[number % len(terms)],
                "",
                "Dealer" if number % 2 else "Fleet",
                f"94-{number % 10000000:07d}",
                "25000",
                "0",
                "USD",
                "false",
                "",
                *display,
                *bill_to,
                *ship_to,
                SEEDED,
                SEEDED,
                owner,
                owner_name,
                ("WEST", "EAST", "NORTH", "")[number % 4] if entities else "",
            ]
        )


def fill_items(table: Table, count: int, *, with_departments: bool) -> None:
    """The known services first, then their variants per kind of car, then numbered packages."""
    for number in range(1, count + 1):
        base = (number - 1) % len(SERVICES)
        round_ = (number - 1) // len(SERVICES)
        item_id, name, item_type, price, department = SERVICES[base]
        inactive = item_id in INACTIVE_SERVICES
        if round_:
            variant = VARIANTS[(round_ - 1) % len(VARIANTS)]
            package = (round_ - 1) // len(VARIANTS)
            item_id = f"{item_id}-{variant.upper()}" + (f"-{package + 1}" if package else "")
            name = f"{name}, {variant}" + (f", package {package + 1}" if package else "")
        table.seed(
            [
                str(number + 10),
                item_id,
                name,
                "inactive" if inactive else "active",
                item_type,
                f"{name} of one vehicle",
                "",
                "Services",
                "Count",
                "Each",
                price,
                "12.5" if item_type == "Inventory" else "",
                "false",
                SEEDED,
                SEEDED,
                "",
                "",
                department if with_departments else "",
            ]
        )


def fill_employees(table: Table, count: int, *, entities: tuple[Named, ...]) -> None:
    """Employees E-00140 and on; they work at the entities in turn (none: nowhere)."""
    entity_names, places = dict(entities), [entity_id for entity_id, _name in entities]
    for number in range(1, count + 1):
        employee_id = f"E-{number + FIRST_EMPLOYEE_NUMBER - 1:05d}"
        place = places[number % len(places)] if places else ""
        if number in ODD_EMPLOYEES:
            employee_id, odd_place = ODD_EMPLOYEES[number]
            place = odd_place if places else ""
        first = GIVEN[number % len(GIVEN)]
        last = FAMILY[(number + number // len(GIVEN)) % len(FAMILY)]
        again = number // (len(GIVEN) * len(FAMILY))
        if again:
            last = f"{last} {again + 1}"
        if employee_id == "E-00148":
            first, last = "Dana", "Ruiz"
        mail = f"{employee_id.lower().replace(':', '-')}@acme.example"
        owner = place if place in entity_names and number % 6 == 2 else ""
        table.seed(
            [
                str(number + 28),
                employee_id,
                "inactive" if number % 16 == 15 else "active",
                TITLES[number % len(TITLES)],
                place,
                DEPARTMENTS[number % 6][0] if places else "",
                "",
                "Contractor" if number % 7 == 6 else "Full Time",
                "03/01/2021",
                "USD",
                f"{first} {last}" + (f" ({employee_id})" if number > 20 else ""),
                "",
                f"{first} {last}",
                first,
                last,
                f"555-1{number % 1000:03d}",
                "" if number % 9 == 8 else mail,
                *_address(number),
                SEEDED,
                SEEDED,
                owner,
                entity_names.get(owner, ""),
            ]
        )


def entities_of(count: int) -> tuple[Named, ...]:
    """The known entities, and numbered ones beyond them: (id, name) each."""
    more = range(len(ENTITIES) + 1, count + 1)
    return (*ENTITIES, *((f"U{number:04d}", f"Unit {number}") for number in more))


def fill_places(
    locations: Table, entity_table: Table, entities: tuple[Named, ...], count: int, *, currency: str
) -> None:
    """Entities, and the ordinary locations below them: the known ones, and numbered ones up to `count`.

    Every entity is also a location, under the same RECORDNO, as the gateway lists them.
    """
    for number, (entity_id, name) in enumerate(entities, start=1):
        locations.seed([str(number), entity_id, name, "", "active", currency, SEEDED])
        row = [str(number), entity_id, name, currency, "active", "United States", "Entity", SEEDED]
        entity_table.seed(row)
    ordinary = list(LOCATIONS)
    for number in range(len(LOCATIONS) + 1, count + 1):
        parent = entities[number % len(entities)][0]
        if number % 5 == 0:
            parent = ordinary[-1][0]  # a level further down, now and then
        ordinary.append((f"L{number:05d}", f"Lot {number}", parent, "active"))
    for number, (location_id, name, parent, status) in enumerate(ordinary, len(entities) + 1):
        locations.seed([str(number), location_id, name, parent, status, currency, SEEDED])


def fill_small_tables(tables: dict[str, Table], departments: int = 0) -> None:
    """Departments, terms, accounts and transaction definitions, which both companies have.

    Departments are the known ones, and numbered ones below them up to so many.
    """
    more = range(len(DEPARTMENTS) + 1, departments + 1)
    extra = [(f"D{number:04d}", f"Team {number}", DEPARTMENTS[number % 8][0], "active") for number in more]
    for number, (department_id, title, parent, status) in enumerate([*DEPARTMENTS, *extra], start=1):
        tables["DEPARTMENT"].seed([str(number), department_id, title, parent, status, SEEDED])
    for number, (name, description, days, counted_from) in enumerate(TERMS, start=1):
        tables["ARTERM"].seed([str(number), name, description, "active", days, counted_from, SEEDED])
    for number, (name, class_, prefix, entity_only) in enumerate(DEFINITIONS, start=1):
        flags = ["true" if flag else "false" for flag in (bool(prefix), entity_only)]
        tables["SODOCUMENTPARAMS"].seed([str(number), name, class_, "active", *flags, prefix])
    for number, (account, title, wants_department, status) in enumerate(ACCOUNTS, start=1):
        side, kind = ("debit", "balancesheet") if account < "4" else ("credit", "incomestatement")
        flags = ["true" if wants_department else "false", "false", "false", "false", "false"]
        words = [kind, side, "non-closing account", status]
        tables["GLACCOUNT"].seed([str(number), account, title, *words, *flags, SEEDED])
    for number, (label, account) in enumerate(LABELS, start=1):
        values = [str(number), label, f"{label} of vehicles", account, "", "active", SEEDED]
        tables["ARACCOUNTLABEL"].seed(values)
    # A ledger with a past: its invoices have other keys than its customers, and longer ones.
    tables["ARINVOICE"].last_recordno = 8000
