"""Trends: slopes and outliers that were planted are found, and noise is called noise."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from datetime import date

import pytest

from connectors.periods import add_months
from connectors.plan_store import PlanStore
from tests.asking import ask, grouped, refusal, run, warned
from tools.metrics.trends.outliers import judge
from tools.metrics.trends.robust import mann_kendall, robust_scale, theil_sen
from tools.metrics.trends.series import Trend, trend_of

FIRST = date(2022, 1, 1)
MOST_FALSE_ALARMS = 0.02
"""Share of months without anything odd that may be called odd, from twelve months on."""


def trend(values: Sequence[float | None]) -> Trend:
    by_month = {add_months(FIRST, place): value for place, value in enumerate(values) if value is not None}
    found = trend_of(by_month)
    assert found is not None
    return found


def points(values: Sequence[float]) -> list[tuple[int, float]]:
    return list(enumerate(values))


class TestByHand:
    def test_the_slope_is_the_median_of_all_pairwise_slopes(self) -> None:
        # Slopes of (0, 1), (1, 2), (2, 9): 1, 4, 7.
        assert theil_sen(points([1, 2, 9])) == 4
        assert theil_sen([(0, 1), (2, 2), (3, 9)]) == pytest.approx(8 / 3)

    def test_by_season_only_the_same_months_are_compared(self) -> None:
        assert theil_sen(points([0, 100, 2, 102, 4, 104]), season=2) == 1

    def test_mann_kendall_counts_rises_less_falls(self) -> None:
        # Six rising values: S = 15, variance 6 × 5 × 17 / 18 = 28.33, z = 14 / 5.3229 = 2.6302.
        assert mann_kendall(points([1, 2, 3, 4, 5, 6])) == pytest.approx(0.00853, abs=1e-5)
        # With a tie: S = 14, variance (510 − 2 × 1 × 9) / 18 = 27.33, z = 13 / 5.2281 = 2.4866.
        assert mann_kendall(points([1, 2, 2, 4, 5, 6])) == pytest.approx(0.0129, abs=1e-4)
        assert mann_kendall(points([3, 3, 3, 3, 3, 3])) == 1

    def test_the_scale_is_that_of_the_median_residual(self) -> None:
        assert robust_scale([-1, 2, -3, 4, 100], 100) == pytest.approx(3 * 1.4826)
        assert robust_scale([0, 0, 0, 0, 10], 10) == pytest.approx(2 * 1.2533)
        assert robust_scale([1e-14, 0, 0, -1e-14], 5) == 0

    def test_what_is_expected_below_two_years_is_the_trend_and_the_neighbours(self) -> None:
        found = judge(dict(enumerate([10, 12, 11, 40, 12, 10, 11])), 0.0, is_seasonal=False)
        (odd,) = found.outliers
        # Without itself: 10, 12, 11, 12, 10, 11 → 11.
        assert (odd.position, odd.value, odd.expected) == (3, 40, 11)

    def test_what_is_expected_from_two_years_on_is_the_trend_and_the_other_years(self) -> None:
        season = [100.0, 50, 80, 70, 60, 90, 110, 120, 130, 95, 85, 75]
        values = [month + year * 12 + (1, -1)[(month + year) % 2] for year in range(3) for month in range(12)]
        values = [value + season[place % 12] for place, value in enumerate(values)]
        values[17] += 60
        found = trend(values)
        (odd,) = found.judged.outliers
        assert (odd.position, found.is_seasonal) == (17, True)
        assert odd.value - odd.expected == pytest.approx(60, abs=3)


def test_it_agrees_with_scipy_where_it_is_installed() -> None:
    stats = pytest.importorskip("scipy.stats")
    for seed in range(20):
        dice = random.Random(seed)
        values = [dice.gauss(0, 1) + 0.1 * place for place in range(30)]
        assert theil_sen(points(values)) == pytest.approx(stats.theilslopes(values).slope)
        tau = stats.kendalltau(range(30), values, method="asymptotic")
        assert mann_kendall(points(values)) == pytest.approx(tau.pvalue, abs=0.02)


def test_a_planted_slope_is_found_below_a_season_and_a_flat_season_is_no_slope() -> None:
    season = [30 * math.sin(math.pi * place / 6) for place in range(36)]
    rising = trend([100 + 0.8 * place + value for place, value in enumerate(season)])
    assert rising.slope == pytest.approx(0.8)
    assert rising.direction == "rising"
    # Half a year of a season rises in any plain fit.
    assert trend([100 + value for value in season[:27]]).direction is None


@pytest.mark.parametrize("months", [12, 18, 24, 36, 48])
def test_planted_outliers_are_found_and_noise_raises_few_alarms(months: int) -> None:
    dice, alarms, found, directions, rounds = random.Random(months), 0, 0, 0, 60
    for _ in range(rounds):
        height = 20.0 if months >= 24 else 0.0
        values = [100 + height * math.sin(math.pi * place / 6) + dice.gauss(0, 3) for place in range(months)]
        clean = trend(values)
        alarms += len(clean.judged.outliers)
        directions += clean.direction is not None
        place = dice.randrange(months)
        values[place] += dice.choice((-30, 30))
        found += place in {odd.position for odd in trend(values).judged.outliers}
    assert found >= 0.95 * rounds
    assert alarms <= MOST_FALSE_ALARMS * months * rounds
    assert directions <= 0.12 * rounds


def test_one_odd_month_does_not_make_the_same_month_of_the_other_year_odd() -> None:
    dice = random.Random(5)
    values = [50 + dice.gauss(0, 1) for _ in range(24)]
    values[4] += 20
    assert [odd.position for odd in trend(values).judged.outliers] == [4]


def test_fewer_than_six_months_have_no_trend_and_gaps_keep_their_place() -> None:
    assert trend_of({add_months(FIRST, place): 1.0 for place in range(5)}) is None
    found = trend([0, 1, None, 3, None, None, 6, 7, 8])
    assert (found.slope, found.level, found.judged.outliers) == (1, 7, ())


class TestTool:
    def test_the_supplier_failure_stands_out_in_the_north(self, demo: PlanStore) -> None:
        result = run(demo, "analyse_trend", metric="otif_rate", group_by=["region"])
        assert result.refusal is None and result.details is not None
        odd = [figure for figure in result.figures if figure.transform is None]
        north = {figure.group["month"] for figure in odd if figure.group["region"] == "North"}
        assert north == {"2026-04", "2026-05"}
        by_month = grouped(ask(demo, "otif_rate", group_by=["region", "month"]), "region", "month")
        for figure in odd:
            assert figure.value == by_month[figure.group["region"], figure.group["month"]]
            assert figure.comparison is not None and figure.comparison.with_ == "expected"
            assert figure.comparison.better is False
        levels = {f.group["region"]: f.value for f in result.figures if f.transform == "level"}
        last = sorted(by_month["North", f"2026-0{at}"] or 0.0 for at in (4, 5, 6))
        assert levels["North"] == last[1]
        slope = next(f for f in result.figures if f.transform == "slope")
        assert slope.unit == "points" and slope.formatted.endswith("pts per month")
        assert any("far beyond the usual scatter" in said for said in result.assumptions)
        assert "3.5 × 1.4826" in str(result.details)
        assert len(result.details["series"]) == 4
        assert result.charts[0].alt.startswith("Line chart of OTIF")

    def test_a_direction_is_said_only_where_it_is_more_than_chance(self, demo: PlanStore) -> None:
        span = {"start": "2022-07-01", "end": "2026-06-30"}
        result = run(demo, "analyse_trend", metric="revenue", group_by=["family"], period=span)
        assert result.details is not None
        for one in result.details["series"]:
            assert (one["direction"] is not None) == (one["chance"] < 0.05)
        rising = {one["group"]["family"] for one in result.details["series"] if one["better"]}
        assert {"Dairy", "Snacks"} <= rising

    def test_a_month_that_still_runs_is_left_out_and_said(self, demo: PlanStore) -> None:
        span = {"start": "2025-01-01", "end": "2026-07-31"}
        result = run(demo, "analyse_trend", metric="ordered_units", period=span)
        assert result.details is not None
        assert result.details["series"][0]["months"] == 18
        assert warned(result, "partial") == ["Not whole or not closed, so left out of the trend: July 2026."]

    def test_less_than_six_months_is_no_data_and_says_what_it_needs(self, demo: PlanStore) -> None:
        span = {"start": "2026-04-01", "end": "2026-06-30"}
        result = run(demo, "analyse_trend", metric="otif_rate", period=span)
        assert "at least 6 closed months" in refusal(result, "no_data")

    def test_the_basis_is_that_of_the_question(self, demo: PlanStore) -> None:
        result = run(demo, "analyse_trend", metric="forecast_bias", lag=2, version="sales")
        assert result.figures[0].basis["lag"] == 2
        assert result.figures[0].basis["version"] == "sales"
        monthly = ask(
            demo,
            "forecast_bias",
            group_by=["month"],
            lag=2,
            version="sales",
            start=date(2026, 4, 1),
            end=date(2026, 6, 30),
        )
        values = sorted(v for v in grouped(monthly, "month").values() if v is not None)
        assert result.figures[0].value == pytest.approx(values[1])
