"""The canonical tables: names, columns, keys, units and ranges, as plain data.

Every company's data is read through these tables and no others. `schemas.py` checks frames
against them, `files.py` fills them, `warehouse.py` reads them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What a column holds. A period is a date that is the first day of a month."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    DATE = "date"
    PERIOD = "period"


class Guard(StrEnum):
    """What a column gives away, so that a policy can hide it by group."""

    PRICE = "price"
    COST = "cost"
    FINANCE = "finance"


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes:
        name: Canonical name.
        kind: What it holds.
        means: What it is in people's words, for "what is missing" and for drafted mappings.
        key: Part of the table's key: never null, unique together.
        required: Must be mapped and never null. Keys are required.
        references: Dimension table that the value must be found in.
        minimum: Smallest allowed value.
        maximum: Largest allowed value.
        values: The only allowed values.
        unit: `units`, `currency`, `ratio`, `hours`, `days` or None.
        guard: The group under which a policy may hide the column.
        default: Value that stands for null, by the rules of the table; never for a measure.
    """

    name: str
    kind: Kind
    means: str
    key: bool = False
    required: bool = False
    references: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    values: tuple[str, ...] = ()
    unit: str | None = None
    guard: Guard | None = None
    default: str | None = None


@dataclass(frozen=True)
class CanonicalTable:
    """One table: its columns in order and what one row is.

    Attributes:
        name: Canonical name.
        row: What a row is.
        means: What the table tells, in people's words ("which machines make which products").
        columns: In canonical order.
        is_dimension: Further mapped columns become dimensions of their own.
    """

    name: str
    row: str
    means: str
    columns: tuple[Column, ...]
    is_dimension: bool = False
    _by_name: dict[str, Column] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._by_name.update({column.name: column for column in self.columns})

    @property
    def key(self) -> tuple[str, ...]:
        """Names of the key columns, in order."""
        return tuple(column.name for column in self.columns if column.key)

    def column(self, name: str) -> Column | None:
        """The column of that name, or None for a company's own column."""
        return self._by_name.get(name)


def _key(name: str, kind: Kind, means: str, references: str | None = None, **more: object) -> Column:
    return Column(name, kind, means, key=True, required=True, references=references, **more)  # type: ignore[arg-type]


def _id(name: str, table: str, means: str) -> Column:
    return _key(name, Kind.TEXT, means, references=table)


_PRODUCT = _id("product_id", "products", "product id")
_MARKET = _id("market_id", "markets", "market id")
_SITE = _id("site_id", "sites", "site id")
_PERIOD = _key("period", Kind.PERIOD, "month")
_CYCLE = _key("cycle", Kind.PERIOD, "planning cycle")


def _text(name: str, means: str, **more: object) -> Column:
    return Column(name, Kind.TEXT, means, **more)  # type: ignore[arg-type]


def _date(name: str, means: str, required: bool = False) -> Column:
    return Column(name, Kind.DATE, means, required=required)


def _units(name: str, means: str, required: bool = False, minimum: float | None = 0) -> Column:
    return Column(name, Kind.NUMBER, means, required=required, minimum=minimum, unit="units")


def _money(name: str, means: str, guard: Guard, required: bool = False, minimum: float | None = 0) -> Column:
    return Column(name, Kind.NUMBER, means, required=required, minimum=minimum, unit="currency", guard=guard)


def _rate(name: str, means: str, minimum: float = 0, maximum: float | None = None) -> Column:
    return Column(name, Kind.NUMBER, means, required=True, minimum=minimum, maximum=maximum, unit="ratio")


_DIMENSIONS = (
    CanonicalTable(
        "products",
        "a product",
        "the list of products",
        (
            _key("product_id", Kind.TEXT, "product id"),
            _text("product_name", "product name", required=True),
            _text("family", "product family", required=True),
            _text("business_unit", "business unit"),
            _text("unit_of_measure", "unit of measure"),
            Column(
                "base_units_per_unit",
                Kind.NUMBER,
                "planning units in one unit",
                minimum=1e-9,
            ),
            _money("list_price", "list price", Guard.PRICE),
            _money("standard_cost", "standard cost", Guard.COST),
            _date("launched_on", "launch date"),
            _date("discontinued_on", "date of discontinuation"),
            _text("reference_product_id", "product that a launch is forecast like", references="products"),
        ),
        is_dimension=True,
    ),
    CanonicalTable(
        "markets",
        "a market",
        "the list of markets and their regions",
        (
            _key("market_id", Kind.TEXT, "market id"),
            _text("market_name", "market name", required=True),
            _text("region", "region", required=True),
            _text("channel", "sales channel"),
            _text("default_site_id", "site that serves the market", references="sites"),
        ),
        is_dimension=True,
    ),
    CanonicalTable(
        "customers",
        "a customer",
        "the list of customers",
        (
            _key("customer_id", Kind.TEXT, "customer id"),
            _text("customer_name", "customer name", required=True),
            _text("market_id", "market of the customer", references="markets"),
        ),
        is_dimension=True,
    ),
    CanonicalTable(
        "sites",
        "a plant or a warehouse",
        "the list of plants and warehouses",
        (
            _key("site_id", Kind.TEXT, "site id"),
            _text("site_name", "site name", required=True),
            _text("site_kind", "plant or warehouse", required=True, values=("plant", "warehouse")),
            _text("site_region", "region of the site"),
        ),
        is_dimension=True,
    ),
    CanonicalTable(
        "suppliers",
        "a supplier",
        "the list of suppliers",
        (
            _key("supplier_id", Kind.TEXT, "supplier id"),
            _text("supplier_name", "supplier name", required=True),
        ),
        is_dimension=True,
    ),
    CanonicalTable(
        "resources",
        "a production resource",
        "the list of machines and lines",
        (
            _key("resource_id", Kind.TEXT, "resource id"),
            _text("resource_name", "resource name", required=True),
            _text("site_id", "site of the resource", required=True, references="sites"),
        ),
        is_dimension=True,
    ),
    CanonicalTable(
        "calendar",
        "a month of the company's own year",
        "the company's own calendar",
        (
            _PERIOD,
            _date("starts_on", "first day", required=True),
            _date("ends_on", "last day", required=True),
            _text("label", "label", required=True),
        ),
    ),
)

_DEMAND = (
    CanonicalTable(
        "order_lines",
        "one line of a customer's order",
        "customer orders, line by line",
        (
            _key("order_id", Kind.TEXT, "order number"),
            _key("line_number", Kind.INTEGER, "line number within the order"),
            _text("line_kind", "sale or return", values=("sale", "return"), default="sale"),
            _text("customer_id", "customer", references="customers"),
            _text("market_id", "market of the order", references="markets"),
            _text("product_id", "product", required=True, references="products"),
            _text("site_id", "site that delivers", references="sites"),
            _date("ordered_on", "order date", required=True),
            _date("requested_on", "date the customer asked for"),
            _date("promised_on", "promised delivery date"),
            _date("delivered_on", "actual delivery date"),
            _date("closed_on", "date on which the line was closed"),
            _units("ordered_units", "units ordered", required=True),
            _units("delivered_units", "units delivered", required=True),
            _units("cancelled_units", "units cancelled"),
            _text(
                "cancel_reason",
                "reason of the cancellation",
                values=("customer", "late", "supply", "credit", "other"),
            ),
            _money("unit_price", "selling price per unit", Guard.PRICE),
            _money("expedite_cost", "cost of expediting", Guard.COST),
        ),
    ),
    CanonicalTable(
        "deliveries",
        "one delivery of one order line",
        "every single delivery of the order lines",
        (
            _key("order_id", Kind.TEXT, "order number"),
            _key("line_number", Kind.INTEGER, "line number within the order"),
            _key("delivery_number", Kind.INTEGER, "number of the delivery"),
            _date("delivered_on", "delivery date", required=True),
            _units("units", "units delivered", required=True),
        ),
    ),
    CanonicalTable(
        "demand_history",
        "a month of actual demand of a product in a market",
        "actual demand by month",
        (
            _PRODUCT,
            _MARKET,
            _PERIOD,
            _units("ordered_units", "units ordered for the month", required=True),
            _units("shipped_units", "units shipped in the month", minimum=None),
            _money("revenue", "revenue of the month", Guard.PRICE, minimum=None),
        ),
    ),
    CanonicalTable(
        "demand_plan",
        "one number of one version of the demand plan in one cycle",
        "the demand plan, by cycle and version",
        (
            _CYCLE,
            _key("version", Kind.TEXT, "plan version"),
            _PRODUCT,
            _MARKET,
            _PERIOD,
            _units("units", "planned units", required=True),
            _units("units_p10", "low end of the range (P10)"),
            _units("units_p90", "high end of the range (P90)"),
        ),
    ),
    CanonicalTable(
        "adjustments",
        "one change that a person made to a plan number",
        "who changed which plan number",
        (
            _CYCLE,
            _key("version", Kind.TEXT, "plan version"),
            _PRODUCT,
            _MARKET,
            _PERIOD,
            _text("author", "who changed it", required=True),
            _text("reason", "why"),
            _units("units_before", "units before", required=True),
            _units("units_after", "units after", required=True),
        ),
    ),
    CanonicalTable(
        "prices",
        "the planned selling price of a product in a market and month",
        "planned selling prices",
        (
            _PRODUCT,
            _MARKET,
            _PERIOD,
            _money("unit_price", "planned price before promotions", Guard.PRICE, required=True),
        ),
    ),
    CanonicalTable(
        "promotions",
        "a promotion of a product in a market",
        "promotions with their expected uplift",
        (
            _key("promotion_id", Kind.TEXT, "promotion id"),
            _text("promotion_name", "promotion name", required=True),
            _text("product_id", "product", required=True, references="products"),
            _text("market_id", "market", required=True, references="markets"),
            _date("starts_on", "first day", required=True),
            _date("ends_on", "last day", required=True),
            Column(
                "discount_rate", Kind.NUMBER, "discount", required=True, minimum=0, maximum=1, unit="ratio"
            ),
            _rate("expected_uplift", "expected uplift in units", minimum=-1),
            _money("cost", "cost of the promotion", Guard.COST),
        ),
    ),
    CanonicalTable(
        "transitions",
        "a phase-out of one product and phase-in of another",
        "product transitions",
        (
            _id("old_product_id", "products", "product phased out"),
            _id("new_product_id", "products", "product phased in"),
            _date("starts_on", "first day", required=True),
            _date("ends_on", "last day", required=True),
        ),
    ),
    CanonicalTable(
        "market_size",
        "the whole market of a family in a market and month, all sellers",
        "the size of the whole market",
        (
            _key("family", Kind.TEXT, "product family"),
            _MARKET,
            _PERIOD,
            _units("units", "market volume in planning units"),
            Column("value", Kind.NUMBER, "market value", minimum=0, unit="currency"),
        ),
    ),
)

_SUPPLY = (
    CanonicalTable(
        "supply_plan",
        "one number of one version of the supply plan in one cycle",
        "the supply plan, by cycle and version",
        (
            _CYCLE,
            _key("version", Kind.TEXT, "plan version", values=("proposed", "approved")),
            _PRODUCT,
            _SITE,
            _PERIOD,
            _units("production_units", "units to be made", required=True),
            _units("purchase_units", "units to be bought"),
            _units("closing_inventory_units", "planned stock at month end", minimum=None),
        ),
    ),
    CanonicalTable(
        "production",
        "actual output of a product at a site in a month",
        "actual production",
        (
            _PRODUCT,
            _SITE,
            _PERIOD,
            _units("units", "units made", required=True),
            _money("cost", "manufacturing cost", Guard.COST),
        ),
    ),
    CanonicalTable(
        "inventory",
        "stock of a product at a site at month end",
        "stock at month end",
        (_PRODUCT, _SITE, _PERIOD, _units("closing_units", "stock at month end", required=True)),
    ),
    CanonicalTable(
        "inventory_targets",
        "the stock target of a product at a site",
        "stock targets",
        (
            _CYCLE,
            _PRODUCT,
            _SITE,
            _PERIOD,
            _units("target_units", "target stock", required=True),
            _units("safety_units", "safety stock"),
        ),
    ),
    CanonicalTable(
        "capacity",
        "the hours of a resource in a month",
        "the capacity of machines and lines",
        (
            _id("resource_id", "resources", "resource"),
            _PERIOD,
            Column("available_hours", Kind.NUMBER, "available hours", required=True, minimum=0, unit="hours"),
            Column("overtime_hours", Kind.NUMBER, "overtime on top", minimum=0, unit="hours"),
            _money("overtime_cost_per_hour", "cost of an hour of overtime", Guard.COST),
        ),
    ),
    CanonicalTable(
        "routings",
        "the hours that a resource needs for one unit in one operation",
        "which machines make which products",
        (
            _PRODUCT,
            _key("operation", Kind.TEXT, "operation"),
            _id("resource_id", "resources", "resource"),
            Column("hours_per_unit", Kind.NUMBER, "hours per unit", required=True, minimum=0, unit="hours"),
        ),
    ),
    CanonicalTable(
        "sourcing",
        "a component of a product from a supplier",
        "which suppliers deliver which parts",
        (
            _PRODUCT,
            _id("supplier_id", "suppliers", "supplier"),
            _key("component", Kind.TEXT, "component"),
            _money("unit_cost", "cost per unit", Guard.COST),
            Column("lead_time_days", Kind.NUMBER, "lead time", minimum=0, unit="days"),
            _units("minimum_units", "minimum order"),
        ),
    ),
    CanonicalTable(
        "supplier_limits",
        "the most finished units that a supplier's part allows in a month",
        "supplier limits",
        (
            _id("supplier_id", "suppliers", "supplier"),
            _PRODUCT,
            _PERIOD,
            _units("max_units", "most units", required=True),
            _text("reason", "reason"),
        ),
    ),
    CanonicalTable(
        "production_commitments",
        "output already promised",
        "production commitments",
        (
            _PRODUCT,
            _SITE,
            _PERIOD,
            _units("committed_units", "units promised", required=True),
            _text("reason", "reason"),
        ),
    ),
    CanonicalTable(
        "lanes",
        "a transfer lane between two sites",
        "transfer lanes between sites",
        (
            _id("from_site_id", "sites", "site that sends"),
            _id("to_site_id", "sites", "site that receives"),
            _money("unit_cost", "cost per unit", Guard.COST, required=True),
            Column("lead_time_days", Kind.NUMBER, "lead time", minimum=0, unit="days"),
        ),
    ),
)

ACCOUNTS = (
    "revenue",
    "cogs",
    "promotion",
    "expedite",
    "operating_expense",
    "cash_in",
    "cash_out",
    "inventory_value",
    "receivables",
    "payables",
)

_ACCOUNT_KEY = (
    _key("business_unit", Kind.TEXT, "business unit"),
    _key("region", Kind.TEXT, "region"),
    _PERIOD,
    _key("account", Kind.TEXT, "account", values=ACCOUNTS),
)

_FINANCE = (
    CanonicalTable(
        "financials",
        "the actual amount of an account of a business unit in a region and month",
        "the financial actuals",
        (*_ACCOUNT_KEY, _money("amount", "amount", Guard.FINANCE, required=True, minimum=None)),
    ),
    CanonicalTable(
        "financial_plans",
        "the planned amount of an account in one version and cycle",
        "the financial plans (budget, committed, latest)",
        (
            _key("version", Kind.TEXT, "plan version", values=("budget", "committed", "latest")),
            _CYCLE,
            *_ACCOUNT_KEY,
            _money("amount", "amount", Guard.FINANCE, required=True, minimum=None),
        ),
    ),
    CanonicalTable(
        "targets",
        "a target for a metric",
        "targets",
        (
            _key("target_id", Kind.TEXT, "target id"),
            _text("metric", "metric", required=True),
            _text("dimension", "dimension"),
            _text("member_id", "member"),
            Column("period", Kind.PERIOD, "month"),
            Column("value", Kind.NUMBER, "target value", required=True),
        ),
    ),
)

TABLES: dict[str, CanonicalTable] = {
    table.name: table for table in (*_DIMENSIONS, *_DEMAND, *_SUPPLY, *_FINANCE)
}
