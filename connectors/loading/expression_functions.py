"""What the checked expressions of a mapping mean: tree in, expression of the engine out.

Unknown stays unknown: arithmetic with a null is null, and so is a division by zero.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import reduce
from typing import TYPE_CHECKING, Any

import ibis

from connectors.loading.conversion import Conversion, Sort, Value, Writing, as_day, as_number, as_text
from connectors.loading.expressions import Expression, InvalidExpression

if TYPE_CHECKING:
    import ibis.expr.types as ir


# Ibis makes integers of these, which fail on large numbers; the engine's own keep them as they are.
@ibis.udf.scalar.builtin(name="round")  # type: ignore[untyped-decorator]
def _engine_round(number: float, digits: int) -> float: ...  # type: ignore[empty-body]


@ibis.udf.scalar.builtin(name="floor")  # type: ignore[untyped-decorator]
def _engine_floor(number: float) -> float: ...  # type: ignore[empty-body]


@ibis.udf.scalar.builtin(name="ceil")  # type: ignore[untyped-decorator]
def _engine_ceil(number: float) -> float: ...  # type: ignore[empty-body]


_MOST_DAYS = 100_000
Resolve = Callable[[str], Value]


@dataclass
class Evaluation:
    """One expression being turned into the engine's.

    Attributes:
        resolve: The value of a column by its name.
        writing: How the source writes numbers and days.
        conversions: Places where a given value may fail to convert, noted on the way.
    """

    resolve: Resolve
    writing: Writing
    conversions: list[Conversion] = field(default_factory=list)

    def number(self, value: Value) -> ir.FloatingValue:
        """The value as a number; where it may fail is noted."""
        if value.sort in (Sort.TRUTH, Sort.DAY):
            raise InvalidExpression(f"a {value.sort} cannot be used as a number")
        result, conversion = as_number(value, self.writing)
        return self._noted(result, conversion)

    def day(self, value: Value, formats: tuple[str, ...] = ()) -> ir.DateValue:
        """The value as a day; where it may fail is noted."""
        if value.sort is Sort.TRUTH or (value.sort is Sort.NUMBER and not formats):
            raise InvalidExpression(f"a {value.sort} cannot be used as a day")
        result, conversion = as_day(value, self.writing, formats, month=True)
        return self._noted(result, conversion)

    def _noted(self, result: Any, conversion: Conversion | None) -> Any:  # noqa: ANN401 - engine expressions
        if conversion is not None:
            self.conversions.append(conversion)
        return result


def evaluate(expression: Expression, resolve: Resolve, writing: Writing) -> tuple[Value, list[Conversion]]:
    """The value of an expression, and where conversions inside it may fail.

    Raises:
        InvalidExpression: Its parts do not fit together, such as a day times a number.
    """
    work = Evaluation(resolve, writing)
    return _value(expression.tree, expression, work), work.conversions


def truth(
    expression: Expression, resolve: Resolve, writing: Writing
) -> tuple[ir.BooleanValue, list[Conversion]]:
    """Whether a condition holds; unknown counts as no.

    Raises:
        InvalidExpression: It is not a condition.
    """
    value, conversions = evaluate(expression, resolve, writing)
    if value.sort is not Sort.TRUTH:
        raise InvalidExpression(f'"{expression.text}" is not a condition, such as qty < 0 or status == "X"')
    return value.expr.fill_null(False), conversions


def _value(node: ast.expr, expression: Expression, work: Evaluation) -> Value:
    column = expression.column_of(node)
    if column is not None:
        return work.resolve(column)
    if isinstance(node, ast.Constant):
        sort = Sort.TEXT if isinstance(node.value, str) else Sort.NUMBER
        return Value(ibis.literal(node.value if sort is Sort.TEXT else float(node.value)), sort)  # type: ignore[arg-type]
    if isinstance(node, ast.Call):
        assert isinstance(node.func, ast.Name)
        arguments = [_value(argument, expression, work) for argument in node.args]
        return _CALLS[node.func.id](arguments, node, work)
    if isinstance(node, ast.UnaryOp):
        return _unary(node, _value(node.operand, expression, work), work)
    if isinstance(node, ast.BoolOp):
        return _logic(node, [_value(part, expression, work) for part in node.values])
    if isinstance(node, ast.IfExp):
        test, then, other = (_value(part, expression, work) for part in (node.test, node.body, node.orelse))
        return _choice(test, then, other, work)
    if isinstance(node, ast.Compare):
        return _comparison(node, expression, work)
    assert isinstance(node, ast.BinOp)
    sides = (_value(node.left, expression, work), _value(node.right, expression, work))
    return _arithmetic(node.op, *sides, work)


def _arithmetic(operator: ast.operator, left: Value, right: Value, work: Evaluation) -> Value:
    if Sort.DAY in (left.sort, right.sort):
        raise InvalidExpression("days are not added or subtracted; use add_days or days_between")
    a, b = work.number(left), work.number(right)
    if isinstance(operator, ast.Div):
        return Value(a / b.nullif(0.0), Sort.NUMBER)
    if isinstance(operator, ast.Add):
        return Value(a + b, Sort.NUMBER)
    return Value(a - b if isinstance(operator, ast.Sub) else a * b, Sort.NUMBER)


def _unary(node: ast.UnaryOp, value: Value, work: Evaluation) -> Value:
    if isinstance(node.op, ast.Not):
        return Value(~_condition(value), Sort.TRUTH)
    number = work.number(value)
    return Value(-number if isinstance(node.op, ast.USub) else number, Sort.NUMBER)


def _logic(node: ast.BoolOp, values: list[Value]) -> Value:
    conditions = [_condition(value) for value in values]
    both = isinstance(node.op, ast.And)
    return Value(reduce(lambda a, b: a & b if both else a | b, conditions), Sort.TRUTH)


def _condition(value: Value) -> ir.BooleanValue:
    if value.sort is not Sort.TRUTH:
        raise InvalidExpression("and, or, not and if need conditions, such as qty < 0")
    return value.expr


def _choice(test: Value, then: Value, other: Value, work: Evaluation) -> Value:
    chosen = _alike([then, other], work)
    # An unknown condition does not decide for the second branch: the value is unknown.
    condition = _condition(test)
    picked = ibis.cases((condition, chosen[0].expr), (~condition, chosen[1].expr))
    return Value(picked, chosen[0].sort)


def _alike(values: list[Value], work: Evaluation) -> list[Value]:
    """The values as one sort: numbers where one is a number, days where one is a day, else text."""
    sorts = {value.sort for value in values}
    if len(sorts) == 1:
        return values
    if Sort.TRUTH in sorts or {Sort.NUMBER, Sort.DAY} <= sorts:
        raise InvalidExpression(f"{' and '.join(sorted(sorts))} do not go together in one place")
    if Sort.NUMBER in sorts:
        return [Value(work.number(value), Sort.NUMBER) for value in values]
    return [Value(work.day(value), Sort.DAY) for value in values]


def _comparison(node: ast.Compare, expression: Expression, work: Evaluation) -> Value:
    left, operator, right = _value(node.left, expression, work), node.ops[0], node.comparators[0]
    if isinstance(operator, ast.In | ast.NotIn):
        assert isinstance(right, ast.List | ast.Tuple)
        values = _alike([left, *(_value(item, expression, work) for item in right.elts)], work)
        found = values[0].expr.isin([value.expr for value in values[1:]])
        return Value(found if isinstance(operator, ast.In) else ~found, Sort.TRUTH)
    a, b = _alike([left, _value(right, expression, work)], work)
    return Value(_COMPARED[type(operator)](a.expr, b.expr), Sort.TRUTH)


_COMPARED: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: lambda a, b: a == b,
    ast.NotEq: lambda a, b: a != b,
    ast.Lt: lambda a, b: a < b,
    ast.LtE: lambda a, b: a <= b,
    ast.Gt: lambda a, b: a > b,
    ast.GtE: lambda a, b: a >= b,
}


def _fixed(node: ast.Call, position: int, what: type[int] | type[str]) -> Any:  # noqa: ANN401 - int or str
    argument = node.args[position]
    if not isinstance(argument, ast.Constant) or not isinstance(argument.value, what):
        kind = "a whole number" if what is int else "a text in quotes"
        raise InvalidExpression(f"argument {position + 1} of {ast.unparse(node.func)} must be {kind}")
    return argument.value


def _round(values: list[Value], node: ast.Call, work: Evaluation) -> Value:
    digits = _fixed(node, 1, int) if len(values) > 1 else 0
    return Value(_engine_round(work.number(values[0]), digits), Sort.NUMBER)


def _substring(values: list[Value], node: ast.Call, work: Evaluation) -> Value:
    start = _fixed(node, 1, int)
    if start < 1:
        raise InvalidExpression("substring counts characters from 1")
    length = _fixed(node, 2, int) if len(values) > 2 else None
    text = as_text(values[0])
    return Value(text.substr(start - 1) if length is None else text.substr(start - 1, length), Sort.TEXT)


def _pad_left(values: list[Value], node: ast.Call, work: Evaluation) -> Value:
    width, filler = _fixed(node, 1, int), _fixed(node, 2, str)
    if not 1 <= width <= 100 or len(filler) != 1:
        raise InvalidExpression("pad_left takes a text, a width up to 100 and one character")
    text = as_text(values[0])
    # A longer text stays whole: cutting an id would make two members one.
    return Value((text.length() < width).ifelse(text.lpad(width, filler), text), Sort.TEXT)


def _date(values: list[Value], node: ast.Call, work: Evaluation) -> Value:
    formats = (_fixed(node, 1, str),) if len(values) > 1 else ()
    return Value(work.day(values[0], formats), Sort.DAY)


def _add_days(values: list[Value], node: ast.Call, work: Evaluation) -> Value:
    day, number = work.day(values[0]), work.number(values[1])
    near = number.between(-_MOST_DAYS, _MOST_DAYS).ifelse(number, ibis.null("float64"))
    return Value((day + near.cast("int64").as_interval("D")).cast("date"), Sort.DAY)


def _coalesce(values: list[Value], node: ast.Call, work: Evaluation) -> Value:
    alike = _alike(values, work)
    return Value(ibis.coalesce(*(value.expr for value in alike)), alike[0].sort)


def _nullif(values: list[Value], node: ast.Call, work: Evaluation) -> Value:
    value, null = _alike(values, work)
    return Value(value.expr.nullif(null.expr), value.sort)


def _extreme(pick: Callable[..., Any]) -> Callable[[list[Value], ast.Call, Evaluation], Value]:
    def apply(values: list[Value], node: ast.Call, work: Evaluation) -> Value:
        alike = _alike(values, work)
        if alike[0].sort is not Sort.DAY:
            alike = [Value(work.number(value), Sort.NUMBER) for value in alike]
        known = reduce(lambda a, b: a & b, [value.expr.notnull() for value in alike])
        picked = pick(*(value.expr for value in alike))
        return Value(known.ifelse(picked, ibis.null(picked.type())), alike[0].sort)

    return apply


def _numeric(apply: Callable[[Any], Any]) -> Callable[[list[Value], ast.Call, Evaluation], Value]:
    return lambda values, node, work: Value(apply(work.number(values[0])).cast("float64"), Sort.NUMBER)


def _textual(apply: Callable[..., Any]) -> Callable[[list[Value], ast.Call, Evaluation], Value]:
    return lambda values, node, work: Value(apply(*(as_text(value) for value in values)), Sort.TEXT)


_CALLS: dict[str, Callable[[list[Value], ast.Call, Evaluation], Value]] = {
    "abs": _numeric(lambda x: x.abs()),
    "floor": _numeric(_engine_floor),
    "ceil": _numeric(_engine_ceil),
    "number": _numeric(lambda x: x),
    "round": _round,
    "least": _extreme(ibis.least),
    "greatest": _extreme(ibis.greatest),
    "coalesce": _coalesce,
    "nullif": _nullif,
    "is_null": lambda values, node, work: Value(values[0].expr.isnull(), Sort.TRUTH),
    "text": _textual(lambda x: x),
    "concat": _textual(lambda *parts: reduce(lambda a, b: a + b, parts)),
    "lower": _textual(lambda x: x.lower()),
    "upper": _textual(lambda x: x.upper()),
    "trim": _textual(lambda x: x.strip()),
    "replace": _textual(lambda x, old, new: x.replace(old, new)),
    "substring": _substring,
    "pad_left": _pad_left,
    "date": _date,
    "month_start": lambda values, node, work: Value(work.day(values[0]).truncate("M"), Sort.DAY),
    "add_days": _add_days,
    "days_between": lambda values, node, work: Value(
        work.day(values[1]).delta(work.day(values[0]), unit="day").cast("float64"), Sort.NUMBER
    ),
}
