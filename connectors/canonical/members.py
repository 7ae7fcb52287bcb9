"""Dimension tables: products, markets, customers, sites, suppliers, resources, the calendar."""

from __future__ import annotations

from connectors.canonical.columns import (
    PERIOD,
    CanonicalTable,
    Column,
    Guard,
    Kind,
    day,
    key,
    money,
    text,
)

TABLES = (
    CanonicalTable(
        "products",
        "a product",
        "the list of products",
        (
            key("product_id", Kind.TEXT, "product id"),
            text("product_name", "product name", required=True),
            text("family", "product family", required=True),
            text("business_unit", "business unit"),
            text("unit_of_measure", "unit of measure"),
            Column(
                "base_units_per_unit",
                Kind.NUMBER,
                "planning units in one unit",
                minimum=1e-9,
            ),
            money("list_price", "list price", Guard.PRICE),
            money("standard_cost", "standard cost", Guard.COST),
            day("launched_on", "launch date"),
            day("discontinued_on", "date of discontinuation"),
            text("reference_product_id", "product that a launch is forecast like", references="products"),
        ),
        is_dimension=True,
    ),
    CanonicalTable(
        "markets",
        "a market",
        "the list of markets and their regions",
        (
            key("market_id", Kind.TEXT, "market id"),
            text("market_name", "market name", required=True),
            text("region", "region", required=True),
            text("channel", "sales channel"),
            text("default_site_id", "site that serves the market", references="sites"),
        ),
        is_dimension=True,
    ),
    CanonicalTable(
        "customers",
        "a customer",
        "the list of customers",
        (
            key("customer_id", Kind.TEXT, "customer id"),
            text("customer_name", "customer name", required=True),
            text("market_id", "market of the customer", references="markets"),
        ),
        is_dimension=True,
    ),
    CanonicalTable(
        "sites",
        "a plant or a warehouse",
        "the list of plants and warehouses",
        (
            key("site_id", Kind.TEXT, "site id"),
            text("site_name", "site name", required=True),
            text("site_kind", "plant or warehouse", required=True, values=("plant", "warehouse")),
            text("site_region", "region of the site"),
        ),
        is_dimension=True,
    ),
    CanonicalTable(
        "suppliers",
        "a supplier",
        "the list of suppliers",
        (
            key("supplier_id", Kind.TEXT, "supplier id"),
            text("supplier_name", "supplier name", required=True),
        ),
        is_dimension=True,
    ),
    CanonicalTable(
        "resources",
        "a production resource",
        "the list of machines and lines",
        (
            key("resource_id", Kind.TEXT, "resource id"),
            text("resource_name", "resource name", required=True),
            text("site_id", "site of the resource", required=True, references="sites"),
        ),
        is_dimension=True,
    ),
    CanonicalTable(
        "calendar",
        "a month of the company's own year",
        "the company's own calendar",
        (
            PERIOD,
            day("starts_on", "first day", required=True),
            day("ends_on", "last day", required=True),
            text("label", "label", required=True),
        ),
    ),
)
