"""Answers questions by plain SQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import duckdb

from tests.oracle import bridge, demand, finance, order_lines, supply
from tests.oracle.question import TIMES, Answer, Question, Refused
from tests.oracle.statement import Statement, column, condition, joins

_FACTOR = "base_units_per_unit"
_SPECIAL = (
    "tracking_signal",
    "forecast_value_added",
    "demand_supply_gap",
    "market_share_vs_plan",
    "cash_to_cash_days",
)
_PER_WINDOW = (
    *supply.PER_WINDOW,
    "tracking_signal",
    "cash_to_cash_days",
    "market_share_vs_plan",
)


class Oracle:
    """Answers questions by plain SQL."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, as_of: date) -> None:
        self._connection = connection
        self._as_of = as_of

    def answer(self, question: Question) -> Answer:
        """The value of each group by the ids of its members; `()` is the key of an uncut figure.

        Raises:
            Refused: Products of unlike units would be added.
        """
        if "version" in question.by and question.versions == ("consensus",):
            question = replace(
                question, versions=demand.STAIRSTEP
            )  # nothing chosen: all versions side by side
        if question.metric == "forward_cover_days" and "version" in question.by:
            return self._cover_by_version(question)
        if question.metric not in _PER_WINDOW:
            return self._one_window(question)
        answer: Answer = {}
        for names, narrowed in question.windows():
            rest = [place for place, name in enumerate(question.by) if name not in TIMES]
            for key, value in self._one_window(narrowed).items():
                members = dict(zip(rest, key, strict=True))
                whole = tuple(
                    names.get(name, members.get(place, "")) for place, name in enumerate(question.by)
                )
                answer[whole] = value
        return answer

    def _cover_by_version(self, question: Question) -> Answer:
        """The same stock against the plan of each version."""
        place = question.by.index("version")
        rest = question.by[:place] + question.by[place + 1 :]
        answer: Answer = {}
        for version in question.versions:
            for key, value in self.answer(replace(question, by=rest, versions=(version,))).items():
                answer[*key[:place], version, *key[place:]] = value
        return answer

    def _one_window(self, question: Question) -> Answer:
        if question.metric in _SPECIAL:
            special = {
                "tracking_signal": self._tracking_signal,
                "forecast_value_added": self._value_added,
                "demand_supply_gap": self._gap,
                "market_share_vs_plan": self._share_against_target,
                "cash_to_cash_days": self._cash_to_cash,
            }
            return special[question.metric](question)
        return self._cut(question, self._statement(question))

    def _statement(self, question: Question) -> Statement:
        for topic in (bridge, order_lines, demand, supply, finance):
            found = topic.statement(question, self._as_of)
            if found is not None:
                return found
        raise KeyError(question.metric)

    def _cut(self, question: Question, statement: Statement) -> Answer:
        """The value over the rows of each group."""
        cut = [column(name, question, statement.own) for name in question.by]
        window = condition(question, statement.own)
        described = self._connection.execute(f"SELECT * FROM ({statement.rows}) LIMIT 0").description
        joined = f"({statement.rows}) r {joins([name for name, *_ in described])}"
        factor = self._factor(joined, window, question) if statement.adds_units else "1"
        if statement.series:
            joined, window, cut = _series(statement.series, joined, window, cut)
        elif statement.by_error:
            joined, window, cut = _errors(question, joined, window, cut, factor)
        keys = ", ".join(f"coalesce({one}, '(none)')" for one in cut)
        value = statement.value.replace("{factor}", factor)
        sql = f"SELECT {keys + ', ' if cut else ''}{value} FROM {joined} WHERE {window}"
        found = self._rows(sql + (f" GROUP BY {', '.join(cut)}" if cut else ""))
        return {tuple(map(str, row[:-1])): row[-1] for row in found}

    def _factor(self, joined: str, window: str, question: Question) -> str:
        """What units are multiplied by: planning units where the scope mixes units of measure."""
        kinds = f"count(DISTINCT p.unit_of_measure), count(*) FILTER (p.{_FACTOR} IS NULL)"
        (found,) = self._rows(f"SELECT {kinds} FROM {joined} WHERE {window}")
        if found[0] <= 1:
            return "1"
        if found[1]:
            raise Refused(question.metric)
        return f"p.{_FACTOR}"

    def _rows(self, sql: str) -> list[tuple]:
        return self._connection.execute(sql).fetchall()

    def _tracking_signal(self, question: Question) -> Answer:
        """Σ error over the mean |error| of the months, each month's error summed over the group."""
        rows = demand.against(question, self._as_of)
        own = frozenset({"version", "lag"})
        statement = Statement(rows, "sum((r.f - r.a) * {factor})", question.weight == "units", own)
        errors: dict[tuple[str, ...], list[float]] = {}
        monthly = self._cut(replace(question, by=(*question.by, "month")), statement)
        for (*group, _), error in monthly.items():
            errors.setdefault(tuple(group), []).append(error or 0.0)
        answer: Answer = {}
        for group, months in errors.items():
            mean = sum(map(abs, months)) / len(months)
            answer[tuple(group)] = sum(months) / mean if mean else None
        return answer

    def _value_added(self, question: Question) -> Answer:
        """wmape of the version before less that of the version, on the keys that all versions hold.

        By version each step, else from the first version to the last.
        """
        versions = tuple(name for name in demand.STAIRSTEP if name in question.versions)
        if question.versions == ("consensus",):
            versions = demand.STAIRSTEP
        asked = replace(question, versions=versions)
        rest = tuple(name for name in question.by if name != "version")
        statement = Statement(
            demand.common_keys(asked, self._as_of),
            "sum(abs(r.f - r.a) * {factor}) / nullif(sum(abs(r.a) * {factor}), 0)",
            question.weight == "units",
            frozenset({"version", "lag"}),
        )
        errors = self._cut(replace(asked, by=(*rest, "version")), statement)
        answer: Answer = {}
        for group in {key[:-1] for key in errors}:
            steps = [errors[*group, version] for version in versions if (*group, version) in errors]
            for version, before, after in zip(versions[1:], steps, steps[1:], strict=False):
                difference = None if before is None or after is None else before - after
                if "version" in question.by:
                    members = iter(group)
                    key = tuple(version if name == "version" else next(members) for name in question.by)
                    answer[key] = difference
            if "version" not in question.by:
                known = steps[0] is not None and steps[-1] is not None
                answer[group] = steps[0] - steps[-1] if known else None
        return answer

    def _gap(self, question: Question) -> Answer:
        factor = f"* (SELECT coalesce({_FACTOR}, 1) FROM products x WHERE x.product_id = t.product_id)"
        rows = self._rows(f"""
            SELECT product_id, day, coalesce(sum(wanted), 0), coalesce(sum(supplied), 0), count(wanted)
            FROM (
              SELECT t.product_id, t.day, t.units {factor} AS wanted, NULL AS supplied
              FROM ({demand.plan(question, self._as_of)}) t
              UNION ALL SELECT t.product_id, t.day, NULL,
                (coalesce(t.production_units, 0) + coalesce(t.purchase_units, 0)) {factor}
              FROM ({supply.plan(question, self._as_of)}) t)
            WHERE day > DATE '{self._as_of}' GROUP BY ALL""")
        opening = dict(
            self._rows(f"""SELECT t.product_id, sum(t.closing_units {factor}) FROM inventory t
            WHERE t.period = date_trunc('month', DATE '{self._as_of}') GROUP BY ALL""")
        )
        planned = {(product, month) for product, month, _, _, plans in rows if plans}
        every = supply.gaps([row[:4] for row in rows], opening, self._as_of, backlog=question.backlog)
        found = [row for row in every if row[:2] in planned]
        listed = ", ".join(
            f"('{product}', DATE '{month}', {short!r}::DOUBLE)" for product, month, short in found
        )
        statement = Statement(f"SELECT * FROM (VALUES {listed}) v(product_id, day, short)", "sum(r.short)")
        return self._cut(question, statement)

    def _share_against_target(self, question: Question) -> Answer:
        """market_share_value less the mean of its targets for the months of the window."""
        shares = self.answer(replace(question, metric="market_share_value"))
        dimension = "IS NULL" if not question.by else f"= '{question.by[0]}'"
        targets = dict(
            self._rows(f"""SELECT member_id, avg(value) FROM targets
            WHERE metric = 'market_share_value' AND dimension {dimension}
              AND (period IS NULL OR period BETWEEN DATE '{question.start}' AND DATE '{question.end}')
            GROUP BY member_id""")
        )
        answer: Answer = {}
        for group, value in shares.items():
            target = targets.get(group[0] if group else None) if len(group) < 2 else None
            answer[group] = None if value is None or target is None else value - target
        return answer

    def _cash_to_cash(self, question: Question) -> Answer:
        """Days of supply plus those of receivables less those of payables, by business unit or in all."""
        in_stock = self.answer(replace(question, metric="days_of_supply"))
        others = self._rows(finance.held_and_owed(question, business_unit=bool(question.by)))
        answer: Answer = {}
        for unit, days in others:
            key = (str(unit),) if question.by else ()
            stock = in_stock.get(key)
            if question.by and key not in in_stock:
                continue
            answer[key] = None if days is None or stock is None else stock + days
        return answer


def _series(one: str, joined: str, window: str, cut: list[str]) -> tuple[str, str, list[str]]:
    """The value of each series of each group."""
    keys = {f"k{place}": name for place, name in enumerate(cut)}
    inner = "".join(f"{name} AS {key}, " for key, name in keys.items())
    grouped = ", ".join([*cut, "r.product_id", "r.market_id", "r.version", "r.lag"])
    return (
        f"(SELECT {inner}{one} AS one FROM {joined} WHERE {window} GROUP BY {grouped}) r",
        "true",
        [f"r.{key}" for key in keys],
    )


def _errors(
    question: Question, joined: str, window: str, cut: list[str], factor: str
) -> tuple[str, str, list[str]]:
    """Errors are taken at the asked level and month, then summed: one more grouping below the cut."""
    level = [column(name, question) for name in question.error_level or ("product", "market")]
    keys = {f"k{place}": name for place, name in enumerate(cut)}
    inner = "".join(f"{name} AS {key}, " for key, name in keys.items())
    grouped = ", ".join([*cut, *level, "r.day", "r.version", "r.lag"])
    rows = f"""(SELECT {inner} sum(r.f * {factor}) AS f, sum(r.a * {factor}) AS a
        FROM {joined} WHERE {window} GROUP BY {grouped}) r"""
    return rows, "true", [f"r.{key}" for key in keys]
