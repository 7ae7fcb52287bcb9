"""Whatever the word order, a figure passes under its own member's name and under no other's."""

from __future__ import annotations

from itertools import product

import pytest

from tests.tools.sample_answer import BETTER, METRIC_WORDS, NAMES, sample_results
from tools.provenance import check

# $a and $b are names, $x the figure that a reader takes for $a's, $y the one for $b's.
ORDERS = (
    "OTIF in $a was $x and in $b $y.",
    "OTIF in $a was $x, in $b $y.",
    "OTIF in $a was $x; $b: $y.",
    "$a: $x, $b: $y in OTIF.",
    "OTIF: $a $x, $b $y.",
    "OTIF: $x in $a, $y in $b.",
    "OTIF was $x in $a, while $b had $y.",
    "OTIF was $x in $a whereas it was $y in $b.",
    "While $a had an OTIF of $x, $b had $y.",
    "With $x, $a had an OTIF that $b, with $y, has.",
    "$a and $b had an OTIF of $x and $y.",
    "$x and $y were the OTIF of $a and $b.",
    "The OTIF of $a ($x) and $b ($y).",
    "OTIF in $a, $x, and in $b, $y.",
    "OTIF by region:\n- $a: $x\n- $b: $y",
    "$a's OTIF was $x, $b's $y.",
    "OTIF was $x in $a but $y in $b.",
    "$x was $a's OTIF and $y was $b's.",
    "$x in $a and $y in $b were the OTIF.",
    "In $a, OTIF was $x. In $b, it was $y.",
    "OTIF of $a at $x, of $b at $y.",
    "$a, $b: $x, $y in OTIF.",
    "OTIF in the $a region was $x, and in the $b region $y.",
    "OTIF of $a is $x versus $y in $b.",
    "OTIF — $a: $x; $b: $y.",
    "In $a and $b OTIF was $x and $y, respectively.",
)
OWN = {"North": "{F2}", "South": "{F3}"}
FIGURES = ("{F1}", "{F2}", "{F3}", "{F4}")


@pytest.mark.parametrize("order", ORDERS)
def test_a_figure_passes_only_under_its_own_name(order: str) -> None:
    for first, second in (("North", "South"), ("South", "North")):
        for x, y in product(FIGURES, repeat=2):
            text = order
            for place, stands in (("$a", first), ("$b", second), ("$x", x), ("$y", y)):
                text = text.replace(place, stands)
            passes = not check(text, sample_results(), "", NAMES, METRIC_WORDS, BETTER)
            assert passes == (OWN[first] == x and OWN[second] == y), text
