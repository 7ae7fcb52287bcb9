"""The financial book: actuals and plans by business unit, region, month and account.

cash_in − cash_out = revenue − cogs − promotion − expedite − operating_expense
                     − inventory build − Δreceivables + Δpayables, exactly, in actuals and plans.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from connectors.demo import stories
from connectors.demo.arrays import Floats, sum_into
from connectors.demo.catalog import Catalog
from connectors.demo.demand import Demand
from connectors.demo.execution import History
from connectors.demo.order_book import OrderBook
from connectors.demo.timeline import CLOSED, TOTAL, month_start, stream
from connectors.tables import ACCOUNTS

OPERATING_EXPENSE_RATE = 0.265
RECEIVABLE_MONTHS = 1.35
PAYABLE_MONTHS = 1.10
PLANNED_EXPEDITE_RATE = 0.004
_BOOK_NOISE = 0.003
_SETTLE_NOISE = 0.002


@dataclass(frozen=True)
class Flows:
    """Money by account, each (months × G) with G = business unit × region."""

    amounts: dict[str, Floats]

    def cash(self) -> Floats:
        """cash_in − cash_out."""
        return self.amounts["cash_in"] - self.amounts["cash_out"]


@dataclass(frozen=True)
class Past:
    """The eleven months before a book starts, and the balances at their end (None: unknown, steady)."""

    revenue: Floats
    spent: Floats
    inventory: Floats
    receivables: Floats | None
    payables: Floats | None


def group_sums(catalog: Catalog, values: Floats) -> Floats:
    """Series values (last axis) added up to business unit × region."""
    groups = len(catalog.business_units) * len(catalog.regions)
    out = np.zeros((*values.shape[:-1], groups))
    sum_into(out, (..., catalog.group_of_series()), values)
    return out


def region_shares(catalog: Catalog, demand: Demand) -> Floats:
    """Fixed share of each product's stock that finance books in each region, (P × regions).

    It is the region's share of the product's calm demand over all months.
    """
    usual = demand.expected.sum(axis=0)
    regions = catalog.markets["region"].map(catalog.regions.index).to_numpy()[catalog.series_market]
    out = np.zeros((len(catalog.products), len(catalog.regions)))
    sum_into(out, (catalog.series_product, regions), usual)
    return np.asarray(out / out.sum(axis=1, keepdims=True))


def stock_value(catalog: Catalog, shares: Floats, stock: Floats) -> Floats:
    """Stock by product (… × P) as money of business unit × region (… × G), at standard cost."""
    value = stock * catalog.products["cost"].to_numpy()
    regions = shares.shape[1]
    out = np.zeros((*stock.shape[:-1], len(catalog.business_units) * regions))
    first = catalog.unit_of_product() * regions
    for region in range(regions):
        sum_into(out, (..., first + region), value * shares[:, region])
    return out


def promotion_cost(catalog: Catalog, demand: Demand) -> Floats:
    """Cost of promotions by month and series, (TOTAL × S)."""
    out = np.zeros((TOTAL, len(catalog.series_product)))
    frame = demand.promotions
    sum_into(out, (frame["month"].to_numpy(), frame["series"].to_numpy()), frame["cost"].to_numpy())
    return out


def build_actuals(
    catalog: Catalog, demand: Demand, book: OrderBook, history: History, *, shares: Floats, seed: int
) -> Flows:
    """The actual accounts of the closed months, (48 × G)."""
    rng = stream(seed, "finance")
    cost = catalog.per_series("cost")
    shape = (CLOSED, len(catalog.business_units) * len(catalog.regions))
    noise = 1 + rng.uniform(-_BOOK_NOISE, _BOOK_NOISE, (2, *shape))
    revenue = group_sums(catalog, np.round(book.revenue, 2)) * noise[0]
    unit, region, month, excess = stories.BOOK_BREAK
    at = catalog.business_units.index(unit) * len(catalog.regions) + catalog.regions.index(region)
    revenue[month, at] *= 1 + excess
    stock = (history.plant_stock + history.warehouse_stock.sum(axis=2))[:CLOSED]
    value = stock_value(catalog, shares, stock)
    cogs = group_sums(catalog, book.shipped * cost) * noise[1]
    calm = group_sums(catalog, demand.expected[:CLOSED] * catalog.per_series("price"))
    promotion = group_sums(catalog, promotion_cost(catalog, demand))[:CLOSED]
    operations = {
        "revenue": revenue,
        "cogs": cogs,
        "promotion": promotion * rng.normal(1.02, 0.05, shape),
        "expedite": group_sums(catalog, book.expedite),
        "operating_expense": OPERATING_EXPENSE_RATE * calm * rng.normal(1, 0.012, shape),
        "inventory_value": value,
    }
    scatter = rng.normal(1, _SETTLE_NOISE, (2, *shape))
    return settle(operations, scatter=scatter, past=_steady(revenue[:12], cogs[:12], value[0]))


def _steady(revenue: Floats, cogs: Floats, inventory: Floats) -> Past:
    """The time before the data: months like those of the first year, without building stock."""
    return Past(
        np.repeat(revenue.mean(axis=0, keepdims=True), 11, axis=0),
        np.repeat(cogs.mean(axis=0, keepdims=True), 11, axis=0),
        inventory,
        None,
        None,
    )


def past_of(actuals: Flows, month: int) -> Past:
    """What a plan that starts in `month` knows: the eleven months before, the earliest repeated."""
    amounts = actuals.amounts
    months = np.maximum(np.arange(month - 11, month), 0)
    build = np.diff(amounts["inventory_value"], axis=0, prepend=amounts["inventory_value"][:1])
    return Past(
        amounts["revenue"][months],
        (amounts["cogs"] + build)[months],
        amounts["inventory_value"][month - 1],
        amounts["receivables"][month - 1],
        amounts["payables"][month - 1],
    )


def settle(operations: dict[str, Floats], *, scatter: Floats, past: Past) -> Flows:
    """Receivables, payables and cash that follow from the other accounts.

    Receivables are 1.35 months of the mean revenue of twelve months, payables 1.10 months of the mean
    cost of what was made: customers and suppliers are paid by a yearly agreed schedule.

    Args:
        operations: revenue, cogs, promotion, expedite, operating_expense and inventory_value,
            each (months × G).
        scatter: Factor on receivables and payables, (2 × months × G).
        past: The months before.
    """
    revenue, spent = operations["revenue"], operations["cogs"]
    spent = spent + np.diff(operations["inventory_value"], axis=0, prepend=past.inventory[None, :])
    receivables = RECEIVABLE_MONTHS * _yearly_mean(past.revenue, revenue) * scatter[0]
    payables = PAYABLE_MONTHS * _yearly_mean(past.spent, spent) * scatter[1]
    first_in = receivables[0] if past.receivables is None else past.receivables
    first_out = payables[0] if past.payables is None else past.payables
    running = operations["promotion"] + operations["expedite"] + operations["operating_expense"]
    settled = {
        "cash_in": revenue - np.diff(receivables, axis=0, prepend=first_in[None, :]),
        "cash_out": spent + running - np.diff(payables, axis=0, prepend=first_out[None, :]),
        "receivables": receivables,
        "payables": payables,
    }
    return Flows({name: {**operations, **settled}[name] for name in ACCOUNTS})


def _yearly_mean(past: Floats, now: Floats) -> Floats:
    """Mean of each month and the eleven before it."""
    total = np.cumsum(np.concatenate([past, now]), axis=0)
    total = np.concatenate([np.zeros((1, total.shape[1])), total])
    return np.asarray((total[12:] - total[:-12]) / 12)


def rounded(flows: Flows) -> Flows:
    """Cents; cash follows from the rounded accounts so that the identity holds to the cent."""
    return Flows({name: np.round(values, 2) for name, values in flows.amounts.items()})


def long_frame(catalog: Catalog, flows: Flows, first_month: int) -> pd.DataFrame:
    """Rows of business unit, region, period, account and amount for months from `first_month` on."""
    months, groups = flows.amounts["revenue"].shape
    regions = len(catalog.regions)
    units = np.repeat(np.array(catalog.business_units, dtype=object), regions)
    names = np.tile(np.array(catalog.regions, dtype=object), len(catalog.business_units))
    periods = month_start(first_month + np.arange(months)).astype("datetime64[ns]")
    size = months * groups
    return pd.DataFrame(
        {
            "business_unit": np.tile(np.tile(units, months), len(ACCOUNTS)),
            "region": np.tile(np.tile(names, months), len(ACCOUNTS)),
            "period": np.tile(np.repeat(periods, groups), len(ACCOUNTS)),
            "account": np.repeat(np.array(ACCOUNTS, dtype=object), size),
            "amount": np.round(np.concatenate([flows.amounts[name].ravel() for name in ACCOUNTS]), 2),
        }
    )
