"""Expressions of a mapping: arithmetic over columns and a closed list of functions, nothing else.

`total_amount / order_qty`, `coalesce(promised, requested)`, `"return" if qty < 0 else "sale"`. An expression
is parsed into a tree, every node of which must be on the list below, and the tree is turned into an
expression of the engine. Nothing is evaluated and no SQL text is made.
"""

from __future__ import annotations

import ast
import difflib
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from connectors.errors import DataError
from connectors.loading.mapping import check_format

LONGEST = 2_000
_DEEPEST = 40
_QUOTED = re.compile(r"""'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`([^`\n]*)`""")
_PLACEHOLDER = "__quoted_{}__"

# Function: fewest and most arguments. What each does stands in expression_functions.py and docs/loading.md.
FUNCTIONS: dict[str, tuple[int, int]] = {
    "abs": (1, 1),
    "round": (1, 2),
    "floor": (1, 1),
    "ceil": (1, 1),
    "least": (2, 20),
    "greatest": (2, 20),
    "coalesce": (2, 20),
    "nullif": (2, 2),
    "is_null": (1, 1),
    "number": (1, 1),
    "text": (1, 1),
    "concat": (2, 20),
    "lower": (1, 1),
    "upper": (1, 1),
    "trim": (1, 1),
    "substring": (2, 3),
    "replace": (3, 3),
    "pad_left": (3, 3),
    "date": (1, 2),
    "month_start": (1, 1),
    "add_days": (2, 2),
    "days_between": (2, 2),
}

ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.Div)
COMPARISONS = (ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.In, ast.NotIn)


class InvalidExpression(DataError):
    """An expression that is not arithmetic over columns and the listed functions."""


@dataclass(frozen=True)
class Expression:
    """A checked expression.

    Attributes:
        text: As it was written.
        tree: Parsed; only nodes of the closed list.
        quoted: Column names that were written in backticks, by their placeholder in the tree.
        columns: Names of the columns that it reads, in order of appearance.
    """

    text: str
    tree: ast.expr
    quoted: dict[str, str]
    columns: tuple[str, ...]

    def column_of(self, node: ast.expr) -> str | None:
        """The column that a node names, or None if the node is no name."""
        return _column_of(node, self.quoted)

    def fills_gaps_with_a_number(self) -> bool:
        """Whether `coalesce` would put a fixed number where the value is unknown."""
        calls = (node for node in ast.walk(self.tree) if isinstance(node, ast.Call))
        return any(
            isinstance(call.func, ast.Name)
            and call.func.id == "coalesce"
            and any(_is_number(argument) for argument in call.args)
            for call in calls
        )


def parse(text: str) -> Expression:
    """Parses and checks an expression.

    Raises:
        InvalidExpression: It does not parse, or uses what is not on the list; the message says what.
    """
    if len(text) > LONGEST:
        raise InvalidExpression(f"the expression has {len(text):,} characters, {LONGEST:,} are allowed")
    quoted: dict[str, str] = {}
    plain = _QUOTED.sub(lambda match: _without_backticks(match, quoted), text)
    try:
        tree = ast.parse(plain.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise InvalidExpression(
            f"the expression {_cut(text)} cannot be read: {_reason(error, text)}"
        ) from error
    _check(tree, 0, quoted)
    names = (_column_of(node, quoted) for node in _operands(tree))
    return Expression(text, tree, quoted, tuple(dict.fromkeys(name for name in names if name is not None)))


def _without_backticks(match: re.Match[str], quoted: dict[str, str]) -> str:
    if match.group(1) is None:
        return match.group(0)
    name = _PLACEHOLDER.format(len(quoted))
    quoted[name] = match.group(1)
    return f" {name} "


def _reason(error: Exception, text: str) -> str:
    if re.search(r"[^=!<>]=[^=]", text):
        return "compare with ==, not ="
    if isinstance(error, SyntaxError):
        return f"{error.msg}; names with blanks or signs stand in backticks, text in quotes"
    return "it is nested too deeply"


def _check(node: ast.expr, depth: int, quoted: dict[str, str]) -> None:
    if depth > _DEEPEST:
        raise InvalidExpression(f"the expression is nested more than {_DEEPEST} deep")
    if isinstance(node, ast.Constant):
        _check_constant(node)
    elif isinstance(node, ast.Call):
        _check_call(node)
    elif isinstance(node, ast.BinOp):
        if not isinstance(node.op, ARITHMETIC):
            raise InvalidExpression("of the operators, only + - * / can be used")
    elif isinstance(node, ast.Compare):
        _check_comparison(node)
    elif _column_of(node, quoted) is None and not isinstance(node, ast.UnaryOp | ast.BoolOp | ast.IfExp):
        raise InvalidExpression(f"{_cut(ast.unparse(node))} is not arithmetic over columns")
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Invert):
        raise InvalidExpression("the operator ~ cannot be used; write `not`")
    for part in _parts(node):
        _check(part, depth + 1, quoted)


def _check_constant(node: ast.Constant) -> None:
    if isinstance(node.value, bool) or not isinstance(node.value, int | float | str):
        raise InvalidExpression(
            f"{_cut(ast.unparse(node))} cannot be used; write a number or a text in quotes"
        )
    if isinstance(node.value, int) and abs(node.value) > 2**53:
        raise InvalidExpression("a number in an expression must not be above 2^53")
    if isinstance(node.value, float) and not math.isfinite(node.value):
        raise InvalidExpression("a number in an expression must be finite")


def _check_call(node: ast.Call) -> None:
    name = node.func.id if isinstance(node.func, ast.Name) else ast.unparse(node.func)
    if name not in FUNCTIONS:
        near = difflib.get_close_matches(name, FUNCTIONS, n=3)
        hint = f"did you mean {' or '.join(near)}? " if near else ""
        raise InvalidExpression(f"there is no function {name}; {hint}there are {', '.join(FUNCTIONS)}")
    fewest, most = FUNCTIONS[name]
    if node.keywords or not fewest <= len(node.args) <= most:
        allowed = f"{fewest}" if fewest == most else f"{fewest} to {most}"
        raise InvalidExpression(f"{name} takes {allowed} plain arguments")
    if name == "date" and len(node.args) == most:
        _check_form(node.args[1])


def _check_form(node: ast.expr) -> None:
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
        raise InvalidExpression('the form of a day is a text in quotes, such as "%d.%m.%Y"')
    try:
        check_format(node.value)
    except ValueError as error:
        raise InvalidExpression(str(error)) from error


def _check_comparison(node: ast.Compare) -> None:
    if len(node.ops) != 1:
        raise InvalidExpression("compare two values at a time; join comparisons with `and`")
    if not isinstance(node.ops[0], COMPARISONS):
        raise InvalidExpression("compare with == != < <= > >= in; test for unknown with is_null(…)")
    if isinstance(node.ops[0], ast.In | ast.NotIn):
        listed = node.comparators[0]
        if not isinstance(listed, ast.List | ast.Tuple) or not all(
            isinstance(item, ast.Constant) for item in listed.elts
        ):
            raise InvalidExpression('`in` needs a list of texts or numbers: status in ["A", "B"]')


def _parts(node: ast.expr) -> Iterator[ast.expr]:
    """The nodes below that are values of their own (not a function's name, not a dotted name's parts)."""
    if isinstance(node, ast.Call):
        yield from node.args
    elif isinstance(node, ast.BinOp):
        yield from (node.left, node.right)
    elif isinstance(node, ast.UnaryOp):
        yield node.operand
    elif isinstance(node, ast.BoolOp):
        yield from node.values
    elif isinstance(node, ast.IfExp):
        yield from (node.test, node.body, node.orelse)
    elif isinstance(node, ast.Compare):
        yield node.left
        listed = node.comparators[0]
        yield from listed.elts if isinstance(listed, ast.List | ast.Tuple) else [listed]


def _operands(node: ast.expr) -> Iterator[ast.expr]:
    yield node
    for part in _parts(node):
        yield from _operands(part)


def _column_of(node: ast.expr, quoted: dict[str, str]) -> str | None:
    if isinstance(node, ast.Name):
        return quoted.get(node.id, node.id)
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        left = quoted.get(node.value.id, node.value.id)
        return f"{left}.{quoted.get(node.attr, node.attr)}"
    return None


def _is_number(node: ast.expr) -> bool:
    if isinstance(node, ast.UnaryOp):
        return _is_number(node.operand)
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float)


def _cut(text: str) -> str:
    return repr(text) if len(text) <= 80 else f"{text[:80]!r}…"
