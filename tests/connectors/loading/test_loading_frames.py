"""Frames that a program hands over are checked and published like files."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from connectors.loading.load import Company, InvalidLoad, publish
from tests.connectors.tiny_company import NOW

TINY = Company("Tiny", "EUR")


def frames() -> dict[str, pd.DataFrame]:
    return {
        "products": pd.DataFrame(
            {"product_id": ["007", "008"], "product_name": ["Milk", "Tea"], "family": ["D", "D"]}
        ),
        "markets": pd.DataFrame({"market_id": ["N"], "market_name": ["North"], "region": ["Up"]}),
        "demand_history": pd.DataFrame(
            {
                "product_id": ["007", "008"],
                "market_id": ["N", "N"],
                "period": pd.to_datetime(["2026-06-01", "2026-05-01"]),
                "ordered_units": [1, 2],
                "revenue": [1.5, np.nan],
            }
        ),
    }


def test_frames_of_all_sorts_are_published(tmp_path: Path) -> None:
    given: dict[str, pd.DataFrame | pa.Table | Path] = dict(frames())
    given["markets"] = pa.Table.from_pandas(frames()["markets"])
    frames()["products"].to_parquet(tmp_path / "p[1].parquet")
    given["products"] = tmp_path / "p[1].parquet"
    report = publish(given, TINY, tmp_path / "s.duckdb", now=NOW)
    assert [(table.name, table.rows_kept) for table in report.tables] == [
        ("products", 2),
        ("markets", 1),
        ("demand_history", 2),
    ]
    with duckdb.connect(tmp_path / "s.duckdb", read_only=True) as store:
        found = store.execute("SELECT * FROM demand_history ORDER BY product_id").fetchall()
    assert found == [("007", "N", date(2026, 6, 1), 1.0, 1.5), ("008", "N", date(2026, 5, 1), 2.0, None)]


def test_frames_may_hold_dates_decimals_categories_and_nones(tmp_path: Path) -> None:
    given = frames()
    given["demand_history"] = pd.DataFrame(
        {
            "product_id": pd.Categorical(["007", "008"]),
            "market_id": ["N", "N"],
            "period": [date(2026, 6, 1), date(2026, 5, 1)],
            "ordered_units": [Decimal("1.5"), Decimal(2)],
            "shipped_units": [None, 3],
        }
    )
    publish(given, TINY, tmp_path / "s.duckdb", now=NOW)
    with duckdb.connect(tmp_path / "s.duckdb", read_only=True) as store:
        found = store.execute("SELECT ordered_units, shipped_units FROM demand_history ORDER BY 1").fetchall()
    assert found == [(1.5, None), (2.0, 3.0)]


def test_frames_are_checked_like_files(tmp_path: Path) -> None:
    given = frames()
    given["products"]["colour"] = ["white", None]
    given["products"]["region"] = "Up"
    given["markets"] = given["markets"].drop(columns="region")
    given["demand_history"]["period"] = ["2026-06-02", "2026-05-01"]
    given["demand_history"]["ordered_units"] = [np.inf, "two"]
    given["demand_history"]["shiped_units"] = 1
    with pytest.raises(InvalidLoad) as caught:
        publish(given, TINY, tmp_path / "s.duckdb", now=NOW)
    assert [(fault.table, fault.column) for fault in caught.value.faults] == [
        ("products", "region"),
        ("markets", "region"),
        ("demand_history", "shiped_units"),
    ]
    assert not (tmp_path / "s.duckdb").exists()
    del given["demand_history"]["shiped_units"], given["products"]["region"]
    given["markets"]["region"] = "Up"
    with pytest.raises(InvalidLoad) as caught:
        publish(given, TINY, tmp_path / "s.duckdb", now=NOW)
    assert [(fault.column, fault.count) for fault in caught.value.faults] == [
        ("ordered_units", 2),
        ("period", 1),
    ]
    assert "demand_history.ordered_units: not a finite number" in caught.value.message


def test_an_unknown_table_is_told_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(InvalidLoad, match=r"product: there is no such table; did you mean products"):
        publish({"product": frames()["products"]}, TINY, tmp_path / "s.duckdb", now=NOW)


def test_a_thousand_faulty_values_make_one_fault_of_five_examples(tmp_path: Path) -> None:
    given = frames()
    many = pd.concat([given["demand_history"]] * 500)
    with pytest.raises(InvalidLoad) as caught:
        publish(given | {"demand_history": many}, TINY, tmp_path / "s.duckdb", now=NOW)
    (fault,) = caught.value.faults
    assert (fault.count, len(fault.examples)) == (998, 2)
    assert fault.examples[0] == (
        "demand_history row 1 and demand_history row 999: "
        "product_id '007', market_id 'N', period '2026-06-01'"
    )


def test_targets_must_name_members_that_there_are(tmp_path: Path) -> None:
    given = frames()
    given["targets"] = pd.DataFrame(
        {
            "target_id": ["1", "2", "3", "4", "5"],
            "metric": "otif_rate",
            "dimension": ["product", "product", "family", "channel", None],
            "member_id": ["007", "7", "D", "Retail", None],
            "value": 0.9,
        }
    )
    with pytest.raises(InvalidLoad) as caught:
        publish(given, TINY, tmp_path / "s.duckdb", now=NOW)
    (fault,) = caught.value.faults
    assert (fault.column, fault.count) == ("dimension, member_id", 2)
    assert [example.split(": ", 1)[1] for example in fault.examples] == [
        "dimension 'product', member_id '7'",
        "dimension 'channel', member_id 'Retail'",
    ]


def test_pairs_of_columns_must_stand_in_order(tmp_path: Path) -> None:
    given = frames()
    given["promotions"] = pd.DataFrame(
        {
            "promotion_id": ["P"], "promotion_name": ["Sale"], "product_id": ["007"], "market_id": ["N"],
            "starts_on": [date(2026, 6, 2)], "ends_on": [date(2026, 6, 1)], "discount_rate": [1.5],
            "expected_uplift": [0.2],
        }
    )  # fmt: skip
    with pytest.raises(InvalidLoad) as caught:
        publish(given, TINY, tmp_path / "s.duckdb", now=NOW)
    assert {(fault.column, fault.problem) for fault in caught.value.faults} == {
        ("starts_on, ends_on", "ends before it starts"),
        ("discount_rate", "above 1"),
    }


def test_times_of_other_zones_are_told_in_utc(tmp_path: Path) -> None:
    now = datetime(2026, 7, 2, 8, tzinfo=timezone(timedelta(hours=2)))
    assert publish(frames(), TINY, tmp_path / "s.duckdb", now=now).data_version.startswith(
        "2026-07-02T06:00:00Z#"
    )


def test_naive_times_are_taken_as_utc(tmp_path: Path) -> None:
    report = publish(frames(), TINY, tmp_path / "s.duckdb", now=NOW.replace(tzinfo=None))
    assert report.data_version.startswith("2026-07-02T06:00:00Z#")
