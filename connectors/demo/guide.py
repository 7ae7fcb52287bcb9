"""The page `docs/demo-company.md`, filled from the data and the truth of a build."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from connectors.demo.company import DemoCompany, build_demo_company
from connectors.demo.facts import money, percent
from connectors.periods import MONTH_NAMES


def render_guide(demo: DemoCompany) -> str:
    """The page as Markdown; the text stands in `guide.md`, figures are filled in."""
    template = files("connectors.demo").joinpath("guide.md").read_text("utf-8")
    truth = demo.truth
    return template.format_map(
        {
            **_size(demo),
            **_failure(truth["supplier_failure"]),
            **_bias(truth["sales_bias"]),
            **_promotion(truth["promotion_that_beat_its_uplift"]),
            **_phase_out(truth["phase_out_that_left_stock"]),
            **_overload(truth["plant_over_capacity"]),
            **_share(truth["market_losing_share"]),
            **_decisions(truth["decision_that_worked"], truth["decision_that_did_not"]),
            **_value_added(truth["forecast_value_added"]),
            **_books(truth["books"]),
            **_edges(demo),
        }
    )


def demo_page() -> str:
    """The page of the demo company as it is built today."""
    return render_guide(build_demo_company())


def _month(period: str) -> str:
    return f"{MONTH_NAMES[int(period[5:7])]} {period[:4]}"


def _size(demo: DemoCompany) -> dict[str, Any]:
    products, markets = demo.tables["products"], demo.tables["markets"]
    units = list(dict.fromkeys(products["business_unit"]))
    rows = "\n".join(f"| {name} | {len(frame):,} |" for name, frame in demo.tables.items())
    cycles = demo.meetings["cycle"]
    return {
        "company": demo.company,
        "currency": demo.currency,
        "as_of": f"{demo.as_of.day} {MONTH_NAMES[demo.as_of.month]} {demo.as_of.year}",
        "products": len(products),
        "families": products["family"].nunique(),
        "business_units": len(units),
        "business_unit_names": ", ".join(units),
        "markets": len(markets),
        "regions": markets["region"].nunique(),
        "customers": len(demo.tables["customers"]),
        "suppliers": len(demo.tables["suppliers"]),
        "resources": len(demo.tables["resources"]),
        "series": len(demo.truth["series"]),
        "cycles": demo.tables["demand_plan"]["cycle"].nunique(),
        "table_rows": rows,
        "meetings": len(demo.meetings),
        "first_cycle": _month(str(cycles.min())),
        "last_cycle": _month(str(cycles.max())),
    }


def _failure(story: dict[str, Any]) -> dict[str, Any]:
    rows = "\n".join(
        f"| {_month(row['period'])} | {row['limit_units']:,.0f} | {row['usual_limit_units']:,.0f} "
        f"| {percent(row['north_dairy_otif'])} | {percent(row['north_dairy_otif_without'])} "
        f"| {money(row['extra_lost_value'])} | {money(row['extra_expedite_cost'])} |"
        for row in story["months"]
    )
    first, second = (f"{share * 100:.0f} %" for share in story["shares_of_usual_demand"])
    return {
        "supplier": story["supplier"],
        "shares": f"{first} and {second}",
        "failure_rows": rows,
        "failure_lost": money(story["extra_lost_value"]),
        "failure_units": f"{story['extra_lost_units']:,.0f}",
        "failure_expedite": money(story["extra_expedite_cost"]),
    }


def _bias(story: dict[str, Any]) -> dict[str, Any]:
    rows = "\n".join(
        f"| {version} | {percent(row['wmape'])} | {row['bias'] * 100:+.1f}% |"
        for version, row in story["last_12_months_lag_1"].items()
    )
    return {"bias_family": story["family"], "bias_factor": story["sales_factor"], "bias_rows": rows}


def _promotion(story: dict[str, Any]) -> dict[str, Any]:
    return {
        "promotion_name": story["name"],
        "promotion_product": story["product"],
        "promotion_market": story["market"],
        "promotion_discount": percent(story["discount_rate"]),
        "promotion_expected": percent(story["expected_uplift"]),
        "promotion_true": percent(story["true_uplift"]),
        "promotion_realised": percent(story["realised_uplift"]),
        "promotion_units": f"{story['ordered_units']:,.0f}",
        "promotion_plan": f"{story['consensus_units']:,.0f}",
    }


def _phase_out(story: dict[str, Any]) -> dict[str, Any]:
    return {
        "old": story["old"],
        "new": story["new"],
        "phase_units": f"{story['leftover_units']:,.0f}",
        "phase_value": money(story["leftover_value"]),
    }


def _overload(story: dict[str, Any]) -> dict[str, Any]:
    rows = [(_month(row["period"]), row) for row in story["months"]]
    rows.append(("third quarter", story["quarter"]))
    lines = (
        f"| {name} | {row['required_hours']:,.0f} | {row['available_hours']:,.0f} "
        f"| {percent(row['utilisation'])} |"
        for name, row in rows
    )
    return {"plant": story["plant"], "overload_rows": "\n".join(lines)}


def _share(story: dict[str, Any]) -> dict[str, Any]:
    return {
        "share_market": story["market"],
        "share_factor": percent(story["demand_factor"]),
        "share_before": percent(story["share_q2_2025"]),
        "share_after": percent(story["share_q2_2026"]),
        "share_points": f"{story['points_lost']:.1f}",
    }


def _decisions(worked: dict[str, Any], failed: dict[str, Any]) -> dict[str, Any]:
    return {
        "built_units": f"{worked['units']:,}",
        "built_otif": percent(worked["otif"]),
        "built_otif_without": percent(worked["otif_without"]),
        "built_lost": money(worked["avoided_lost_value"]),
        "built_expedite": money(worked["avoided_expedite_cost"]),
        "failed_name": failed["name"],
        "failed_cost": money(failed["cost"]),
        "failed_expected": percent(failed["expected_uplift"]),
        "failed_realised": percent(failed["realised_uplift"]),
        "failed_units": f"{failed['ordered_units']:,.0f}",
        "failed_plan": f"{failed['consensus_units']:,.0f}",
        "failed_before": percent(failed["share_before"]),
        "failed_after": percent(failed["share_at_as_of"]),
    }


def _value_added(story: dict[str, Any]) -> dict[str, Any]:
    members = {**story["family"], "all": story["all"]}
    rows = (
        f"| {name} | {' | '.join(percent(errors[version]['wmape']) for version in story['steps'])} |"
        for name, errors in members.items()
    )
    west = story["informed"]["errors"]
    return {
        "added_rows": "\n".join(rows),
        "west_sales": percent(west["sales"]["wmape"]),
        "west_statistical": percent(west["statistical"]["wmape"]),
    }


def _books(story: dict[str, Any]) -> dict[str, Any]:
    exception = story["exception"]
    return {
        "book_gap": percent(story["largest_relative_gap"]),
        "book_unit": exception["business_unit"],
        "book_region": exception["region"],
        "book_month": _month(exception["period"]),
        "book_excess": percent(exception["excess"]),
        "book_cause": exception["cause"],
    }


def _edges(demo: DemoCompany) -> dict[str, Any]:
    edges, products = demo.truth["rough_edges"], demo.tables["products"].set_index("product_id")
    names = products["product_name"]
    return {
        "no_cost": names[edges["product_without_cost"]],
        "odd_names": " and ".join(f'"{name}"' for name in edges["names_like_instructions"]),
        "same_name": edges["customers_of_one_name"],
        "bought_in": " and ".join(names[product] for product in edges["bought_in_products"]),
        "missing_market": edges["market_size_missing"]["market"],
    }
