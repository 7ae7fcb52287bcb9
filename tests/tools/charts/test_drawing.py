"""Charts as pictures: bridges, axes, labels that do not overlap, all of it drawn for real."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.periods import Grain
from tests.tools.charts.drawn import axis_titles, marks, rows, valid
from tools.charts.bars import bars
from tools.charts.drawing import as_png, as_svg
from tools.charts.heat_maps import heat_map
from tools.charts.lines import apart, line
from tools.charts.look import COLOURS
from tools.charts.measures import measure_of
from tools.charts.parts import Bar, HeatCell, Point, Rule, Step
from tools.charts.waterfalls import waterfall
from tools.figures import Chart, Unit

BRIDGE = [
    Step("Plan", 100.0, "start"),
    Step("Volume", 30.0),
    Step("Price", -50.0),
    Step("So far", 80.0, "subtotal"),
    Step("Other", 5.0),
    Step("Actual", 85.0, "end"),
]


def _charts() -> dict[str, Chart]:
    months = [date(2026, month, 1) for month in range(1, 7)]
    points = [Point(m, 0.4 + m.month / 50, region) for m in months for region in ("North & <South>", "East")]
    points += [Point(m, 0.5, "East", "budget") for m in months]
    return {
        "line": line("OTIF", points, "ratio", "EUR", "S1", measure="OTIF"),
        "band": line("Plan", [Point(m, 5.0, low=3.0, high=8.0) for m in months], "units", "EUR", "S1"),
        "bars": bars(
            "Cost", [Bar("A", 3e6, 2e6), Bar("B", -1e6)], "currency", "INR", "S1", rule=Rule("all", 1e6)
        ),
        "heat": heat_map("Bias", [HeatCell("A", "X", 0.1), HeatCell("B", "X", None)], "ratio", "EUR", "S1"),
        "waterfall": waterfall("Cash", BRIDGE, "currency", "EUR", "S1", measure="Cash flow"),
    }


@pytest.mark.parametrize("kind", ["line", "band", "bars", "heat", "waterfall"])
def test_every_kind_is_drawn_and_says_what_it_shows_in_one_sentence(kind: str):
    chart = _charts()[kind]
    valid(chart)
    assert as_png(chart).startswith(b"\x89PNG")
    assert as_svg(chart).startswith("<svg")
    assert chart.alt.count(". ") == 0
    assert chart.alt.endswith(".")


def test_names_are_escaped_in_pictures():
    svg = as_svg(_charts()["line"])
    assert "North &amp; &lt;South&gt;" in svg


def test_a_bridge_stands_step_on_step_and_levels_stand_on_the_floor():
    spec = valid(_charts()["waterfall"])
    drawn = [(row["from"], row["to"], row["kind"]) for row in spec["data"]["values"]]
    assert drawn == [
        (0.0, 100.0, "level"),
        (100.0, 130.0, "increase"),
        (130.0, 80.0, "decrease"),
        (0.0, 80.0, "level"),
        (80.0, 85.0, "increase"),
        (0.0, 85.0, "level"),
    ]
    assert [row["text"] for row in spec["data"]["values"]][:3] == ["€100", "+€30", "−€50"]


def test_increase_and_decrease_differ_without_colour():
    encoding = next(
        layer["encoding"] for layer in valid(_charts()["waterfall"])["layer"] if "fill" in layer["encoding"]
    )
    fills = dict(zip(encoding["fill"]["scale"]["domain"], encoding["fill"]["scale"]["range"], strict=True))
    assert fills["decrease"] == "#ffffff" != fills["increase"]


def test_a_bridge_of_small_steps_cuts_its_axis_and_says_so():
    steps = [Step("Q1", 0.9, "start"), Step("Late", -0.02), Step("Q2", 0.88, "end")]
    chart = waterfall("OTIF", steps, "ratio", "EUR", "S1")
    spec = valid(chart)
    floor = spec["data"]["values"][0]["from"]
    assert 0.8 < floor < 0.88
    assert f"The axis begins at {floor:.1%}, not at zero" in spec["title"]["subtitle"]
    assert "−2.0 pts" in chart.alt


@pytest.mark.parametrize(
    ("unit", "largest", "words"),
    [
        ("ratio", 0.5, "OTIF (%)"),
        ("points", 0.05, "OTIF (pts)"),
        ("currency", 2e6, "OTIF (₹m)"),
        ("currency", 25_000, "OTIF (₹k)"),
        ("units", 900, "OTIF (units)"),
        ("units", 3e6, "OTIF (million units)"),
        ("days", 12, "OTIF (days)"),
        ("count", 12, "OTIF"),
    ],
)
def test_axes_carry_their_unit(unit: Unit, largest: float, words: str):
    chart = bars("A title", [Bar("A", largest), Bar("B", largest / 3)], unit, "INR", "S1", measure="OTIF")
    assert axis_titles(valid(chart)) == {words}


@given(st.lists(st.floats(-1e12, 1e12), min_size=1, max_size=8), st.booleans())
def test_an_axis_holds_all_its_values_and_has_few_ticks(values: list[float], has_zero: bool):
    measure = measure_of(values, "currency", "EUR", has_zero)
    reach = max(abs(value) for value in values) * 1e-9
    assert measure.low - reach <= min(values) <= max(values) <= measure.high + reach
    assert measure.low < measure.high
    ticks = measure.labels["values"]
    assert isinstance(ticks, list)
    assert 2 <= len(ticks) <= 8


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_labels_never_overlap_and_keep_the_order_of_their_values(values: list[float]):
    places = apart(values, 0.05)
    stood = [place for _, place in sorted(zip(values, places, strict=True))]
    assert all(upper - lower >= 0.05 - 1e-9 for lower, upper in pairwise(stood))
    assert sum(places) == pytest.approx(sum(values), abs=1e-6)


def test_colours_are_those_made_for_colour_blind_readers():
    okabe_ito = {"#000000", "#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7"}
    assert set(COLOURS) - okabe_ito == {"#666666"}
    assert len(set(COLOURS)) == 8


def test_long_and_equal_names_stay_apart():
    long = "A very long name of a member that nobody can read at a glance"
    spec = valid(bars("T", [Bar(long + " 1", 2.0), Bar(long + " 2", 1.0)], "units", "EUR", "S1"))
    names = [row["name"] for row in spec["data"]["values"]]
    assert len(set(names)) == 2
    assert all(len(name) <= 53 for name in names)
    assert {row["name"] for row in rows(spec) if "name" in row} == set(names)
    assert "bar" in marks(spec)


def test_a_side_that_is_the_same_for_all_members_is_drawn_once():
    months = [date(2026, month, 1) for month in (1, 2)]
    points = [Point(m, 0.1 * n, f"R{n}") for m in months for n in range(1, 7)]
    points += [Point(m, 0.9, f"R{n}", "target") for m in months for n in range(1, 7)]
    values = valid(line("OTIF", points, "ratio", "EUR", "S1"))["data"]["values"]
    assert [row["member"] for row in values if row["side"] == "target"] == ["target", "target"]
    assert len({row["member"] for row in values}) == 7


def test_a_window_that_cuts_through_its_first_year_leaves_no_gap():
    starts = [date(2022, 7, 1), date(2023, 1, 1), date(2025, 1, 1)]
    points = [
        Point(start, 1.0, label=label) for start, label in zip(starts, ("Jul–Dec 2022", "", ""), strict=True)
    ]
    spec = valid(line("Revenue", points, "units", "EUR", "S1", grain=Grain.YEAR))
    assert spec["encoding"]["x"]["scale"]["domain"] == ["Jul–Dec 2022", "2023", "2024", "2025"]


def test_a_cell_without_a_value_has_no_colour():
    cells = [HeatCell("A", "X", 0.9), HeatCell("B", "X", None), HeatCell("C", "X", 0.95)]
    spec = valid(heat_map("Attainment", cells, "ratio", "EUR", "S1", is_signed=True, parts_at=1.0))
    coloured, labelled = spec["layer"]
    assert {row["row"] for row in rows(coloured)} == {"A", "C"}
    assert "n/a" in [row["text"] for row in spec["data"]["values"]]
    stops = coloured["encoding"]["color"]["scale"]["domain"]
    assert (stops[0] + stops[-1]) / 2 == pytest.approx(1.0)
    assert labelled["mark"]["type"] == "text"
