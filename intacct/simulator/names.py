"""The words that the simulated companies are made of: believable for car reconditioning."""

FIRST_WORDS = (
    "Valley Hill Bayside Harbor Summit Lakeview Redwood Sierra Golden Pacific Coastal Mission Delta Canyon "
    "Sunset Eastgate Westfield Northpoint Southland Maple Cedar Oakmont Willow Prairie Granite Silver "
    "Copper Liberty Union Pioneer Frontier Heritage Landmark Capitol Metro Central Crossroads Parkway "
    "Riverside Stonebridge Foothill Highland Meadow Orchard Juniper Sequoia Cypress Alder Birch Aspen"
).split()
TRADES = (
    "Motors;Autos;Auto Group;Toyota;Honda;Ford;Chevrolet;Nissan;Subaru;Volkswagen;Kia;Hyundai;Mazda;"
    "Auto Mall;Used Cars;Car Rental;Fleet Services;Auto Auction;Leasing;Truck Center;Imports;"
    "Pre-Owned;Body Shop;Collision"
).split(";")
CITIES = (
    ("Salinas", "CA", "93901"),
    ("Oakland", "CA", "94607"),
    ("Hayward", "CA", "94541"),
    ("San Jose", "CA", "95112"),
    ("Fremont", "CA", "94538"),
    ("Concord", "CA", "94520"),
    ("Napa", "CA", "94559"),
    ("Modesto", "CA", "95354"),
    ("Stockton", "CA", "95202"),
    ("Fresno", "CA", "93721"),
    ("Reno", "NV", "89501"),
    ("Medford", "OR", "97501"),
    ("Eugene", "OR", "97401"),
    ("Chico", "CA", "95928"),
    ("Redding", "CA", "96001"),
    ("Vallejo", "CA", "94590"),
    ("Santa Cruz", "CA", "95060"),
    ("Monterey", "CA", "93940"),
    ("Visalia", "CA", "93291"),
    ("Merced", "CA", "95340"),
)
STREETS = "Main St;Auto Row;Mission Blvd;Broadway;1st Ave;Industrial Pkwy;Market St;Airport Rd".split(";")
GIVEN = (
    "Dana Alex Maria Jose Priya Wei Aisha Tom Lena Marcus Sofia Grace Omar Nina Victor Hana "
    "Luis Ruth Ivan Carla Ben Mei Paula Sam"
).split()
FAMILY = (
    "Ruiz Nguyen Garcia Kim Patel Johnson Okafor Müller Silva Chen Brown Ivanov Haddad Novak Rossi "
    "Larsen Torres Schmidt Walker Reyes Sato Dubois Fischer Ortega Moreno Bauer Castillo"
).split()
TITLES = "Detailer;Paint technician;Dent technician;Shop lead;Windshield technician;Polisher".split(";")

# The names that a real list always has a few of; taken by the customers of these numbers.
ODD_CUSTOMER_NAMES = {
    4: "Smith & Sons Auto",
    7: 'Bob "The Dent" Miller Autos',
    11: "Autohaus Jürgen Größe",
    13: "O'Connor's <Pre-Owned> Cars",
    17: "Happy Wheels 🚗 Rentals",
    19: "Consolidated Automotive Reconditioning Partners of Greater Northern California and Nevada, Fleet",
    23: "Société Générale d’Automobiles",
    29: "Кузов Auto Body",
}
# Number of a customer -> number of the one whose name it repeats (I-8). The first two share the address
# too; the third has another one, which tells the two apart.
REPEATED_NAMES = {12: 3, 27: 9, 41: 15}
SAME_PLACE = {12, 27}

# id, name, type, base price, department
SERVICES = (
    ("DETAIL-FULL", "Full detail", "Non-Inventory (Sales only)", "185", "200"),
    ("DETAIL-EXP", "Express detail", "Non-Inventory (Sales only)", "79.95", "200"),
    ("DETAIL-INT", "Interior detail", "Non-Inventory (Sales only)", "110", "200"),
    ("DETAIL-EXT", "Exterior wash & wax", "Non-Inventory (Sales only)", "65", "200"),
    ("PAINT-REP", "Paint repair", "Non-Inventory (Sales only)", "240.5", "100"),
    ("PAINT-PANEL", "Panel repaint", "Non-Inventory (Sales only)", "420", "100"),
    ("PAINT-TOUCH", "Paint touch-up", "Non-Inventory (Sales only)", "55", "100"),
    ("BUMPER-REP", "Bumper repair", "Non-Inventory (Sales only)", "260", "100"),
    ("PDR-SMALL", "Dent removal, up to 2 in", "Non-Inventory (Sales only)", "95", "300"),
    ("PDR-LARGE", "Dent removal, over 2 in", "Non-Inventory (Sales only)", "175", "300"),
    ("PDR-HAIL", "Hail damage, per panel", "Non-Inventory (Sales only)", "149.99", "300"),
    ("GLASS-CHIP", "Windshield chip repair", "Non-Inventory (Sales only)", "49.5", "400"),
    ("GLASS-REPL", "Windshield replacement", "Non-Inventory (Sales only)", "389", "400"),
    ("WHEEL-REP", "Wheel repair", "Non-Inventory (Sales only)", "125", "500"),
    ("WHEEL-POL", "Wheel polish", "Non-Inventory (Sales only)", "60", "500"),
    ("UPH-REP", "Upholstery repair", "Non-Inventory (Sales only)", "135", "600"),
    ("UPH-LEATHER", "Leather repair & dye", "Non-Inventory (Sales only)", "210", "600"),
    ("ODOR-REM", "Odor removal", "Non-Inventory (Sales only)", "90", ""),
    ("KEY-COPY", 'Key copy ("smart" key)', "Non-Inventory", "145.25", ""),
    ("INSPECT", "Vehicle inspection", "Non-Inventory", "40", "700"),
    ("TRANSPORT", "Vehicle transport", "Non-Inventory", "3.333", "800"),
    ("CLEAR-COAT", "Clear coat", "Inventory", "28.4", "100"),
    ("DEODORIZER", "Deodorizer bottle", "Inventory", "6.125", ""),
    ("HEADLIGHT", "Headlight restoration", "Non-Inventory (Sales only)", "75", "200"),
    ("OLD-WAX", "Wax, old formula", "Non-Inventory", "20", "200"),  # inactive
)
VARIANTS = "Sedan;SUV;Truck;Van;Coupe;Convertible;Wagon;Motorcycle;RV;Fleet".split(";")
INACTIVE_SERVICES = {"OLD-WAX"}

# id, name, parent: entities first
ENTITIES = (
    ("EBU", "East Bay Unit"),
    ("WBU", "West Bay Unit"),
    ("NBU", "North Bay Unit"),
    ("SBU", "South Bay Unit"),
    ("CVU", "Central Valley Unit"),
    ("NVU", "Nevada Unit"),
)
LOCATIONS = (
    ("EBU-SHOP1", "East Bay Shop 1", "EBU", "active"),
    ("EBU-SHOP2", "East Bay Shop 2", "EBU", "active"),
    ("EBU-SHOP2-LOTB", "East Bay Shop 2, Lot B", "EBU-SHOP2", "active"),
    ("WBU-SHOP1", "West Bay Shop 1", "WBU", "active"),
    ("NBU-SHOP1", "North Bay Shop 1", "NBU", "active"),
    ("CVU-MOBILE", "Central Valley mobile team", "CVU", "active"),
    ("SBU-OLD", "South Bay old yard", "SBU", "inactive"),
    ("HQ", "Head office", "", "active"),  # below no entity
)
DEPARTMENTS = (
    ("100", "Paint", "", "active"),
    ("200", "Detail", "", "active"),
    ("300", "Paintless dent repair", "", "active"),
    ("400", "Glass", "", "active"),
    ("500", "Wheels", "", "active"),
    ("600", "Interior & upholstery", "", "active"),
    ("700", "Inspection", "", "active"),
    ("800", "Transport", "", "active"),
    ("850", "Transport, long distance", "800", "active"),
    ("900", "Closed workshop", "", "inactive"),
)
# name, description, days, counted from: the due date of an invoice
TERMS = (
    ("Net 30", "30 days after the invoice", "30", "from invoice/bill date"),
    ("Net 15", "15 days after the invoice", "15", "from invoice/bill date"),
    ("Due on receipt", "At once", "0", "from invoice/bill date"),
    ("EOM", "End of the month", "31", "of the month of invoice/bill date"),
    ("10th next month", "The 10th of the month after", "10", "of next month from invoice/bill date"),
)
# number, title, requires a department, status
ACCOUNTS = (
    ("1100", "Accounts receivable", False, "active"),
    ("4010", "Detailing revenue", False, "active"),
    ("4020", "Repair revenue", True, "active"),
    ("4090", "Other revenue", False, "active"),
    ("4999", "Old revenue", False, "inactive"),
)
# label, account
LABELS = (("Detailing", "4010"), ("Paint repair", "4020"), ("Other services", "4090"))
# name, class, what the ledger's own numbers begin with (empty: it gives none), only from an entity's session
DEFINITIONS = (
    ("Sales Invoice", "Invoice", "", False),
    ("Sales Order", "Order", "SO", False),
    ("Sales Return", "Return", "", False),
    ("Entity Invoice", "Invoice", "", True),
    ("Credit Memo", "Adjustment", "CM", False),
)
CREDITS = {"Return", "Adjustment"}  # classes whose documents take from what a customer owes
