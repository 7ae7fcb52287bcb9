"""Which chart a result gets, by its shape, and what it says of itself."""

from __future__ import annotations

from connectors.plan_store import PlanStore
from tests.asking import ask
from tests.tools.charts.drawn import against, axis_titles, expressions, figure, marks, rows, valid
from tools.charts.choosing import chart_for
from tools.figures import Chart, Figure

REGIONS = {"North": 0.31, "South": 0.552, "East": 0.5, "West": None}


def _regions(**more: str) -> list[Figure]:
    return [figure(0.478), *(figure(value, region=name, **more) for name, value in REGIONS.items())]


def _chart(figures: list[Figure], *by: str) -> Chart | None:
    return chart_for(figures, by, currency="EUR")


def test_time_is_drawn_as_lines_one_for_each_member():
    months = ("2026-04", "2026-05", "2026-06")
    figures = [
        figure(0.5 + n / 100, month=m, region=r) for n, m in enumerate(months) for r in ("North", "South")
    ]
    spec = valid(_chart(figures, "month", "region"))
    assert "line" in marks(spec)
    drawn = {(row["member"], row["time"]): row["value"] for row in spec["data"]["values"]}
    assert drawn["South", "2026-06-01"] == 0.52
    assert len(drawn) == 6


def test_a_month_without_a_figure_breaks_the_line():
    figures = [figure(0.5, month="2026-01"), figure(0.6, month="2026-02"), figure(0.7, month="2026-04")]
    values = valid(_chart(figures, "month"))["data"]["values"]
    assert [row["value"] for row in values] == [0.5, 0.6, None, 0.7]


def test_one_dimension_is_drawn_as_bars_with_the_longest_first_and_the_total_as_a_rule():
    spec = valid(_chart(_regions(), "region"))
    assert [row["name"] for row in spec["data"]["values"]] == ["South", "East", "North", "West"]
    assert {"text": "all 47.8%", "at": 0.478} in rows(spec)
    assert axis_titles(spec) == {"OTIF (%)"}


def test_what_adds_up_has_no_total_beside_its_parts():
    figures = [
        figure(30.0, unit="units"),
        figure(10.0, unit="units", region="N"),
        figure(20.0, unit="units", region="S"),
    ]
    assert "rule" not in marks(valid(_chart(figures, "region")))


def test_the_other_side_of_a_comparison_is_a_tick_on_bars_and_dashed_on_lines():
    bars = [against(f, 0.6) for f in _regions()]
    spec = valid(_chart(bars, "region"))
    assert "tick" in marks(spec)
    assert {row["against"] for row in spec["data"]["values"]} == {"target (in brackets)"}
    assert "55.2% (60.0%)" in {row.get("text") for row in rows(spec)}
    months = [against(figure(0.5, month=m), 0.6, "budget") for m in ("2026-05", "2026-06")]
    spec = valid(_chart(months, "month"))
    assert {row["side"] for row in spec["data"]["values"]} == {"actual", "budget"}
    assert "strokeDash" in str(spec)


def test_two_dimensions_are_drawn_as_a_heat_map_that_parts_at_zero_where_values_do():
    figures = [
        figure(v, family=f, region=r) for f, r, v in (("A", "N", 0.1), ("B", "N", -0.2), ("A", "S", 0.3))
    ]
    spec = valid(_chart(figures, "family", "region"))
    colour = spec["layer"][0]["encoding"]["color"]["scale"]
    assert marks(spec) == ["rect", "text"]
    assert colour["domain"][2] == 0 == colour["domain"][0] + colour["domain"][-1]
    assert "Grey: no value" in spec["title"]["subtitle"]


def test_a_single_figure_a_single_group_and_three_dimensions_have_no_chart():
    assert _chart([figure(0.5)]) is None
    assert _chart([figure(0.5), figure(0.5, region="North")], "region") is None
    three = [figure(0.1 * n, region=str(n), family="F", channel="C") for n in range(3)]
    assert _chart(three, "region", "family", "channel") is None


def test_lines_beyond_eight_and_bars_beyond_what_fits_are_left_out_and_counted():
    lines = [
        figure(n, unit="units", month=m, product=f"P{n}") for n in range(20) for m in ("2026-05", "2026-06")
    ]
    spec = valid(_chart(lines, "month", "product"))
    assert {row["member"] for row in spec["data"]["values"]} == {f"P{n}" for n in range(12, 20)}
    assert spec["title"]["subtitle"] == [
        "8 of 20 products shown, those with the largest values",
        "The axis does not begin at zero",
    ]
    bars = [figure(float(n), unit="units", product=f"P{n}") for n in range(70)]
    spec = valid(_chart(bars, "product"))
    assert spec["title"]["subtitle"] == ["25 of 70 products shown, those with the largest values"]


def test_names_are_data_and_never_part_of_an_expression():
    wicked = "datum['value'] + event.view.alert(1) \"};//"
    plain = _regions()
    named = [f.model_copy(update={"group": {"region": f"{wicked} {i}"}}) for i, f in enumerate(plain)]
    assert expressions(valid(_chart(named[1:], "region"))) == expressions(valid(_chart(plain[1:], "region")))
    lines = [figure(0.5, month=m, region=wicked + r) for m in ("2026-05", "2026-06") for r in "ab"]
    assert not any("alert" in found for found in expressions(valid(_chart(lines, "month", "region"))))


def test_a_chart_says_metric_scope_and_period_and_reads_without_eyes():
    scoped = [f.model_copy(update={"scope": {"family": ["Dairy"]}}) for f in _regions()]
    chart = _chart(scoped, "region")
    assert chart is not None
    assert (chart.title, chart.source) == ("OTIF by region, Dairy, Q2 2026", "S7")
    assert chart.alt == (
        "Bar chart of OTIF by region, Dairy, Q2 2026: the largest of 4 is South with 55.2%, "
        "the smallest North with 31.0%."
    )
    assert chart.vega_lite["description"] == chart.alt


def test_a_fiscal_quarter_stands_under_its_own_name():
    figures = []
    for label, start, end, value in (
        ("Q1 FY2027", "2026-04-01", "2026-06-30", 1.0),
        ("Q2 FY2027", "2026-07-01", "2026-09-30", 2.0),
    ):
        one = figure(value, unit="units", quarter=label)
        period = one.period.model_copy(update={"label": label}) if one.period else None
        figures.append(
            one.model_copy(
                update={"period": period.model_validate({"start": start, "end": end, "label": label})}
            )
        )  # type: ignore[union-attr]
    spec = valid(_chart(figures, "quarter"))
    assert spec["encoding"]["x"]["scale"]["domain"] == ["Q1 FY2027", "Q2 FY2027"]


def test_results_of_the_engine_are_drawn_as_they_come(demo: PlanStore):
    asked: tuple[tuple[str, tuple[str, ...], dict[str, str]], ...] = (
        ("revenue", ("quarter",), {"compare_with": "previous_period"}),
        ("otif_rate", ("month", "region"), {}),
        ("lost_sales", ("customer",), {}),
        ("forecast_bias", ("family", "market"), {}),
        ("wmape", ("version",), {}),
    )
    for metric, by, more in asked:
        result = ask(demo, metric, group_by=list(by), **more)
        assert result.refusal is None
        valid(chart_for(result.figures, by, currency="EUR"))
