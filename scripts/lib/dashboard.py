"""Draws the panels of a Grafana dashboard from what Prometheus answered to their queries; run by scripts/dashboard.sh.

Arguments: the dashboard, the answers, and the picture's name without its ending. Places, titles, units, the names of lines
and the numbers beside them are those of the dashboard.
"""

import datetime
import json
import re
import sys
from pathlib import Path

import matplotlib

matplotlib.use("svg")
# The same answers give the same bytes. Text stays text.
matplotlib.rcParams.update({
    "svg.hashsalt": "dashboard",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Verdana", "Arial"],
    "font.size": 8,
    "path.simplify": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
})

import matplotlib.dates as dates  # noqa: E402
import matplotlib.pyplot as plot  # noqa: E402
from matplotlib.ticker import FuncFormatter, MaxNLocator  # noqa: E402

# Grafana's grid has 24 columns; a row is 30 pixels and a gap of 8.
COLUMN = 0.5
ROW = 0.34
GAP = 0.12
LEFT = 0.72
TITLE = 0.34
AXIS = 0.28
LINE = 0.17
NOTE = 0.3
# Grafana's classic colours, a shade darker, as the ground is white.
COLORS = ["#37872D", "#C69B06", "#1F60C4", "#FA6400", "#C4162A", "#8F3BB8"]
GREY = "#5A6068"

# Divisors and names of units, the largest first; the last one is for everything below.
UNITS = {
    "short": [(1e6, " Mil"), (1e3, " K"), (1, "")],
    "Bps": [(1e6, " MB/s"), (1e3, " kB/s"), (1, " B/s")],
    "bytes": [(2**20, " MiB"), (2**10, " KiB"), (1, " B")],
    "s": [(1, " s"), (1e-3, " ms")],
    "µs": [(1e6, " s"), (1e3, " ms"), (1, " µs")],
}


def told(value, unit):
    """A number as people read it."""
    scales = UNITS[unit]
    divisor, name = next((scale for scale in scales if abs(value) >= scale[0]), scales[-1])
    if value == 0:
        return "0" + scales[-1][1]
    return (f"{value / divisor:.3g}" if abs(value / divisor) < 1000 else f"{value / divisor:.0f}") + name


def lines(series, panel):
    """The lines of a panel: name, times, values. A step that Prometheus has no value for is a gap."""
    for part in series:
        if part["panel"] != panel["id"]:
            continue
        for line in sorted(part["answer"], key=lambda line: sorted(line["metric"].items())):
            name = re.sub(r"\{\{(\w+)\}\}", lambda label: line["metric"].get(label[1], ""), part["legend"])
            points = [(second, float(value)) for second, value in line["values"] if value not in ("NaN", "+Inf")]
            yield name, dict(points)


def draw(figure, panel, answers):
    """One panel: a title, lines over the time, and the legend as a table."""
    place = panel["gridPos"]
    left, top = place["x"] * COLUMN, place["y"] * ROW
    width, tall = place["w"] * COLUMN - GAP, place["h"] * ROW - GAP
    total = figure.get_size_inches()
    drawn = list(lines(answers["series"], panel))
    legend = LINE * (len(drawn) + 1)

    def box(x, y, wide, high):
        return [x / total[0], 1 - (y + high) / total[1], wide / total[0], high / total[1]]

    frame = figure.add_axes(box(left + GAP / 2, top + GAP / 2, width, tall))
    frame.set(xticks=[], yticks=[], facecolor="white")
    for spine in frame.spines.values():
        spine.set(visible=True, color="#D8DADD")
    high = tall - TITLE - AXIS - legend - 0.06
    axes = figure.add_axes(box(left + LEFT, top + GAP / 2 + TITLE, width - LEFT - 0.2, high))
    unit = panel["fieldConfig"]["defaults"]["unit"]
    steps = range(answers["from"], answers["to"] + 1, answers["step"])
    moments = [datetime.datetime.fromtimestamp(second, datetime.timezone.utc) for second in steps]
    highest = 0
    for (_, values), color in zip(drawn, COLORS * 3):
        axes.plot(moments, [values.get(second, float("nan")) for second in steps], color=color, linewidth=1)
        highest = max([highest, *values.values()])
    axes.set_xlim(moments[0], moments[-1])
    axes.set_ylim(0, highest * 1.08 or 1)
    # Round numbers of the unit that is shown.
    divisor, of_axis = next((scale for scale in UNITS[unit] if highest >= scale[0]), UNITS[unit][-1])
    ticks = MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]).tick_values(0, highest * 1.08 / divisor)
    axes.set_yticks([tick * divisor for tick in ticks if 0 <= tick * divisor <= axes.get_ylim()[1]])
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value / divisor:g}{of_axis}"))
    axes.xaxis.set_major_locator(dates.AutoDateLocator(minticks=4, maxticks=8))
    axes.xaxis.set_major_formatter(dates.DateFormatter("%H:%M:%S", tz=datetime.timezone.utc))
    axes.tick_params(length=2, color="#B0B4BA", labelcolor=GREY, labelsize=7.5)
    axes.grid(color="#E8EAED", linewidth=0.6)
    for spine in axes.spines.values():
        spine.set_color("#D8DADD")

    def text(x, y, words, **how):
        figure.text(x / total[0], 1 - y / total[1], words, va="center", **how)

    text(left + 0.18, top + GAP / 2 + TITLE / 2, panel["title"], fontsize=9.5, weight="bold", color="#24292E")
    last, most, end = left + width - 1.3, left + width - 0.1, top + GAP / 2 + tall - legend
    text(last, end, "Last *", ha="right", color=GREY, fontsize=7.5)
    text(most, end, "Max", ha="right", color=GREY, fontsize=7.5)
    for row, ((name, values), color) in enumerate(zip(drawn, COLORS * 3), 1):
        y = end + row * LINE
        figure.add_artist(plot.Line2D([(left + 0.2) / total[0], (left + 0.42) / total[0]], [1 - y / total[1]] * 2,
                                      color=color, linewidth=2))
        text(left + 0.5, y, name, color="#24292E")
        shown = list(values.values())
        text(last, y, told(shown[-1], unit) if shown else "-", ha="right")
        text(most, y, told(max(shown), unit) if shown else "-", ha="right")


def main():
    """Draws all panels."""
    dashboard, answers = (json.loads(Path(name).read_text()) for name in sys.argv[1:3])
    places = [panel["gridPos"] for panel in dashboard["panels"]]
    size = (24 * COLUMN, max(place["y"] + place["h"] for place in places) * ROW + NOTE)
    figure = plot.figure(figsize=size, facecolor="#F4F5F5")
    for panel in dashboard["panels"]:
        draw(figure, panel, answers)
    figure.text(1 - GAP / size[0], NOTE / 2 / size[1], "Drawn by scripts/dashboard.sh from Prometheus' answers to the "
                "dashboard's queries; not a screenshot of Grafana. Times are UTC.", ha="right", va="center", color=GREY)
    figure.savefig(sys.argv[3] + ".svg", metadata={"Date": None, "Title": dashboard["title"]})
    figure.savefig(sys.argv[3] + ".png", dpi=110)


main()
