"""Charts: rows of `Theriac.figure` as Vega-Lite, drawn to SVG in this process; no browser, no network, no script in the page.

Flows in: rows with fixed keys, a theme and a width. Flows out: SVG that an `<img>` shows. The same content is drawn once: its hash is its ETag.
The table beside each chart says the same in words; a chart never holds a figure that the table does not.
"""

import hashlib
import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
import vl_convert

from theriac.doors.web.page_words import human, stage

Row = Mapping[str, Any]
Spec = dict[str, Any]
WIDE, NARROW = 840, 340
_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
_MOST_KEPT = 256
_MOST_TERMS = 14


class Theme(NamedTuple):
    """The colours of a drawing."""

    ink: str
    muted: str
    line: str
    series: tuple[str, ...]
    ramp: tuple[str, str]


LIGHT = Theme("#16201f", "#54615f", "#dfe3e2", ("#0a655f", "#d0851b", "#5b6fb5", "#a3475c", "#6f7f3f", "#7a8a88"), ("#d9ecea", "#0a655f"))
DARK = Theme("#e7edeb", "#a3b1ae", "#2c3735", ("#6fd0c5", "#f0b45c", "#9fb0ee", "#ec8fa3", "#b9c97f", "#8b9a98"), ("#1d3a37", "#8fe3da"))
_PHASES = {
    "early phase 1": "#c9dcf5", "phase 1": "#a9c6ec", "phase 1/phase 2": "#8fd0c8", "phase 2": "#5fb3aa", "phase 2/phase 3": "#2f8d84",
    "phase 3": "#0a655f", "phase 4": "#d0a24a", "not applicable": "#aab4b2", "no phase stated": "#c7cecc",
}  # fmt: skip
_ACTIVITIES = {
    "active": "#2f9a62", "completed": "#5b8fb5", "suspended": "#e0a030", "stopped": "#c8505c", "no_development_reported": "#a9b3b1",
    "unknown": "#cfd6d4",
}  # fmt: skip
_COUNTS = {"tickMinStep": 1, "domain": False}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Drawing(NamedTuple):
    """An SVG and the hash of what it was drawn from."""

    svg: str
    mark: str


class Charts:
    """Draws, and keeps what was drawn last."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, Drawing] = OrderedDict()

    def draw(self, spec: Spec) -> Drawing:
        """The drawing of a specification."""
        mark = hashlib.sha256(msgspec.json.encode(spec, order="sorted")).hexdigest()[:24]
        with self._lock:
            found = self._kept.get(mark)
            if found is None:
                found = self._kept[mark] = Drawing(vl_convert.vegalite_to_svg(spec, allowed_base_urls=[]), mark)
            self._kept.move_to_end(mark)
            while len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
        return found


def names() -> tuple[str, ...]:
    """The charts that there are."""
    return tuple(_CHARTS)


def size(name: str, rows: Sequence[Row]) -> tuple[tuple[int, int], tuple[int, int]]:
    """How large the chart is drawn: (width, height) wide, and narrow for a phone."""
    chart = _CHARTS[name]
    return (WIDE, chart.height(rows, WIDE)), (NARROW, chart.height(rows, NARROW))


def specification(name: str, rows: Sequence[Row], *, dark: bool = False, narrow: bool = False) -> Spec:
    """The Vega-Lite specification of a chart."""
    theme, width = (DARK if dark else LIGHT), (NARROW if narrow else WIDE)
    chart = _CHARTS[name]
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": width,
        "height": chart.height(rows, width),
        "autosize": {"type": "fit", "contains": "padding"},
        "background": "transparent",
        "padding": {"left": 6 if narrow else 30, "right": 8, "top": 2, "bottom": 2},
        "config": _config(theme),
        **chart.draw(rows, theme, width),
    }


def _config(theme: Theme) -> Spec:
    axis = {"labelColor": theme.muted, "titleColor": theme.muted, "gridColor": theme.line, "domainColor": theme.line, "tickColor": theme.line}
    return {
        "font": _FONT,
        "view": {"stroke": None},
        "axis": {**axis, "labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal", "titlePadding": 6},
        "legend": {"labelColor": theme.ink, "labelFontSize": 12, "orient": "top", "title": None, "symbolSize": 70, "columnPadding": 30},
        "range": {"category": list(theme.series)},
        "text": {"color": theme.ink},
    }


def _trial_starts(rows: Sequence[Row], theme: Theme, width: int) -> Spec:
    dated = [row for row in rows if row["year"] is not None]
    years = [row["year"] for row in dated]
    values = [{**row, "place": _rank(list(_PHASES), row["phase"])} for row in dated]
    used = [phase for phase in _PHASES if any(row["phase"] == phase for row in dated)]
    others = sorted({row["phase"] for row in dated} - _PHASES.keys())
    colours = [*(_PHASES[phase] for phase in used), *(theme.series[-1] for _ in others)]
    span = range(min(years), max(years) + 1) if years else range(0)
    every = max(1, -(-len(span) // (width // 44)))
    return {
        "data": {"values": values},
        "mark": {"type": "bar", "cornerRadius": 1.5},
        "encoding": {
            "x": {
                "field": "year", "type": "ordinal", "title": None, "scale": {"domain": list(span), "paddingInner": 0.22},
                "axis": {"labelAngle": 0, "values": list(span)[::every], "ticks": False},
            },
            "y": {"field": "trials", "type": "quantitative", "aggregate": "sum", "title": "trials started", "axis": _COUNTS},
            "color": {"field": "phase", "type": "nominal", "scale": {"domain": [*used, *others], "range": colours}, "legend": _legend(width)},
            "order": {"field": "place"},
        },
    }  # fmt: skip


def _milestones(rows: Sequence[Row], theme: Theme, width: int) -> Spec:
    values = [{"date": _whole(row["date"]), "kind": human(row["kind"]), "where": row["jurisdiction"] or "trial registry"} for row in rows]
    places, legend = sorted({one["where"] for one in values}), _legend(width)
    return {
        "data": {"values": values},
        "mark": {"type": "point", "filled": True, "size": 62, "opacity": 0.85},
        "encoding": {
            "x": {"field": "date", "type": "temporal", "title": None, "axis": {"format": "%Y", "tickCount": max(4, width // 80), "grid": True}},
            "y": {
                "field": "kind", "type": "nominal", "title": None, "sort": {"field": "date", "op": "min"},
                "axis": {"grid": True, "ticks": False, "domain": False, "labelLimit": 120 if width < WIDE else 220, "labelPadding": 8},
            },
            "color": {"field": "where", "type": "nominal", "scale": {"domain": places, "range": [*theme.series[: len(places)]]}, "legend": legend},
            "shape": {"field": "where", "type": "nominal", "scale": {"domain": places}, "legend": legend},
        },
    }  # fmt: skip


def _label_changes(rows: Sequence[Row], theme: Theme, width: int) -> Spec:
    months = [row for row in rows if len(row["month"]) == 7]
    values = [{"year": row["month"][:4], "month": _MONTHS[int(row["month"][5:7]) - 1], "changes": row["changes"]} for row in months]
    month = {"field": "month", "type": "ordinal", "title": None, "scale": {"domain": list(_MONTHS)}}
    year = {"field": "year", "type": "ordinal", "title": None}
    letters = "slice(datum.label, 0, 1)" if width < WIDE else "datum.label"
    axis = {"labelAngle": 0, "ticks": False, "domain": False, "orient": "top", "labelExpr": letters}
    total = {"aggregate": "sum", "field": "changes", "type": "quantitative"}
    totals = Counter({one: sum(row["changes"] for row in months if row["month"] == one) for one in {row["month"] for row in months}})
    half = max(totals.values(), default=1) / 2
    return {
        "data": {"values": values},
        "encoding": {"x": {**month, "axis": axis}, "y": {**year, "axis": {"ticks": False, "domain": False}}},
        "layer": [
            {
                "mark": {"type": "rect", "cornerRadius": 3, "stroke": theme.line, "strokeWidth": 1},
                "encoding": {"color": {**total, "scale": {"range": list(theme.ramp)}, "legend": None}},
            },
            {
                "mark": {"type": "text", "fontSize": 11},
                "transform": [{"aggregate": [{"op": "sum", "field": "changes", "as": "number"}], "groupby": ["year", "month"]}],
                "encoding": {
                    "text": {"field": "number", "type": "quantitative"},
                    "color": {
                        "condition": {"test": f"datum.number > {half}", "value": "#ffffff" if theme is LIGHT else "#06211f"}, "value": theme.ink,
                    },
                },
            },
        ],
    }  # fmt: skip


def _rates(rows: Sequence[Row], theme: Theme, width: int) -> Spec:
    shown = _first_terms(rows)
    arms = list(dict.fromkeys(row["arm"] for row in shown))
    scale = {"domain": arms, "range": [theme.series[place % len(theme.series)] for place in range(len(arms))]}
    terms = list(dict.fromkeys(row["term"] for row in shown))
    axis = {"labelLimit": 110 if width < WIDE else 240, "labelPadding": 8, "ticks": False, "domain": False, "grid": False}
    y = {"field": "term", "type": "nominal", "sort": terms, "title": None, "axis": axis}
    title = "percent of patients, as the label states"
    x = {"field": "percent", "type": "quantitative", "title": title, "axis": {"domain": False}, "scale": {"zero": True}}
    legend = {**_legend(width), "labelLimit": 300 if width < WIDE else 320, "columns": 1 if width < WIDE else 2}
    return {
        "data": {"values": [{name: row[name] for name in ("term", "arm", "percent")} for row in shown]},
        "layer": [
            {
                "mark": {"type": "rule", "strokeWidth": 2, "color": theme.line},
                "encoding": {
                    "y": y, "x": {"field": "percent", "aggregate": "min", "type": "quantitative"}, "x2": {"field": "percent", "aggregate": "max"},
                },
            },
            {
                "mark": {"type": "point", "filled": True, "size": 70, "opacity": 0.9},
                "encoding": {
                    "y": y, "x": x,
                    "color": {"field": "arm", "type": "nominal", "scale": scale, "legend": legend},
                    "shape": {"field": "arm", "type": "nominal", "scale": {"domain": arms}, "legend": legend},
                },
            },
        ],
    }  # fmt: skip


def _landscape(rows: Sequence[Row], theme: Theme, width: int) -> Spec:
    stages = [stage(value) for value in dict.fromkeys(row["stage"] for row in sorted(rows, key=lambda row: -row["stage_rank"]))]
    used = [value for value in _ACTIVITIES if any(row["activity"] == value for row in rows)]
    values = [
        {"stage": stage(row["stage"]), "activity": human(row["activity"]), "drugs": row["drugs"], "place": used.index(row["activity"])}
        for row in rows
    ]
    scale = {"domain": [human(value) for value in used], "range": [_ACTIVITIES[value] for value in used]}
    return {
        "data": {"values": values},
        "mark": {"type": "bar", "cornerRadius": 1.5},
        "encoding": {
            "y": {"field": "stage", "type": "nominal", "sort": stages, "title": None, "axis": {"ticks": False, "domain": False}},
            "x": {"field": "drugs", "type": "quantitative", "aggregate": "sum", "title": "drugs", "axis": _COUNTS},
            "color": {"field": "activity", "type": "nominal", "scale": scale, "legend": _legend(width)},
            "order": {"field": "place"},
        },
    }


def _legend(width: int) -> Spec:
    return {"columns": 3 if width < WIDE else 8, "labelLimit": 220}


def _rank(order: Sequence[str], value: str) -> int:
    return order.index(value) if value in order else len(order)


def _whole(date: str) -> str:
    """The first day that a partial date can mean: where the mark stands; the table has the date as it is."""
    return f"{date}-01-01"[:10] if len(date) == 4 else f"{date}-01"[:10] if len(date) == 7 else date[:10]


def _first_terms(rows: Sequence[Row]) -> list[Row]:
    """The rows of the terms with the highest rates in any arm; a missing rate is left out, never drawn as 0."""
    highest: dict[str, float] = {}
    for row in rows:
        highest[row["term"]] = max(highest.get(row["term"], 0.0), float(row["percent"]))
    kept = sorted(highest, key=lambda term: -highest[term])[:_MOST_TERMS]
    return sorted((row for row in rows if row["term"] in kept), key=lambda row: kept.index(row["term"]))


class _Chart(NamedTuple):
    draw: Callable[[Sequence[Row], Theme, int], Spec]
    height: Callable[[Sequence[Row], int], int]


def _entries(rows: Sequence[Row], name: str, columns: int) -> int:
    """The height of a legend: one line for so many entries side by side."""
    return 18 * -(-len({row[name] for row in rows}) // columns)


def _height_of_rates(rows: Sequence[Row], width: int) -> int:
    terms = min(_MOST_TERMS, len({row["term"] for row in rows}))
    return 56 + 22 * terms + _entries(rows, "arm", 1 if width < WIDE else 2)


def _height_of_landscape(rows: Sequence[Row], width: int) -> int:
    return 56 + 30 * len({row["stage"] for row in rows}) + _entries(rows, "activity", 3 if width < WIDE else 8)


_CHARTS: dict[str, _Chart] = {
    "trial_starts": _Chart(_trial_starts, lambda rows, width: 230 + _entries(rows, "phase", 3 if width < WIDE else 8)),
    "milestones": _Chart(_milestones, lambda rows, width: 60 + 24 * len({row["kind"] for row in rows})),
    "label_changes": _Chart(_label_changes, lambda rows, width: 34 + 30 * len({row["month"][:4] for row in rows})),
    "rates": _Chart(_rates, _height_of_rates),
    "landscape": _Chart(_landscape, _height_of_landscape),
}
