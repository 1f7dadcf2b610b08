//! The plots, as SVG.

use std::path::Path;

use anyhow::{Result, anyhow};
use plotters::chart::SeriesLabelPosition::{self, LowerLeft, UpperLeft};
use plotters::coord::ranged1d::{KeyPointHint, Ranged, ValueFormatter};
use plotters::prelude::*;

use crate::goals::{NEAR, SHORT_ROWS};
use crate::results::{Median, Results};

const SIZE: (u32, u32) = (860, 500);
/// Colours that colour-blind people can distinguish (Okabe and Ito).
const OURS: RGBColor = RGBColor(0, 114, 178);
const ANSWERS: RGBColor = RGBColor(86, 180, 233);
const STOCK: RGBColor = RGBColor(213, 94, 0);
const REWRITING: RGBColor = RGBColor(230, 159, 0);
const OTHER: RGBColor = RGBColor(110, 110, 110);

fn colour(contender: &str) -> RGBColor {
    match contender {
        "ours" => OURS,
        "ours, answers only" => ANSWERS,
        "stock" => STOCK,
        "stock, rewriting" => REWRITING,
        _ => OTHER,
    }
}

/// The text of the legend.
fn label(contender: &str) -> &str {
    match contender {
        "ours" => "this sink, default options",
        "ours, answers only" => "this sink, server that only answers",
        "stock" => "stock Jdbc sink",
        "stock, rewriting" => "stock, reWriteBatchedInserts",
        "stock, rewriting, 3000" => "stock, reWriteBatchedInserts, batch_size 3000",
        "copy" => "COPY BINARY",
        "thrown away" => "Console that prints nothing",
        other => other,
    }
}

/// Draws the plots of the parts that ran.
pub(crate) fn draw(results: &Results, folder: &Path) -> Result<()> {
    let latency: Vec<&Median> = results.of("e").collect();
    if latency.iter().any(|median| median.line.commit_ms > 0) {
        let lines = series(&latency, |median| median.line.round_trip_ms + median.line.commit_ms);
        let axis = "round trip + commit, ms";
        lines_plot(
            &folder.join("latency.svg"),
            "Rows per second against commit latency",
            axis,
            LowerLeft,
            &lines,
        )?;
    }
    let connections: Vec<&Median> = results.of("h").collect();
    if !connections.is_empty() {
        let lines = series(&connections, |median| median.line.connections);
        let title = "Rows per second against connections, 80 ms away, 50 ms a commit";
        lines_plot(&folder.join("connections.svg"), title, "connections", UpperLeft, &lines)?;
    }
    for (part, setting, file, title, value) in bars() {
        let medians: Vec<&Median> =
            results.of(part).filter(|median| median.line.setting == setting).collect();
        if !medians.is_empty() {
            bars_plot(&folder.join(file), title, &medians, value)?;
        }
    }
    Ok(())
}

/// A plot with a bar for each contender: part, setting, file, title, and the value of a bar.
type Bars = (&'static str, &'static str, &'static str, &'static str, Value);
type Value = fn(&Median) -> (f64, String);

fn bars() -> [Bars; 3] {
    let rows: Value = |median| (median.rows_per_second, format!("{:.0}k", median.rows_per_second / 1e3));
    let cpu: Value = |median| (median.cpu, format!("{:.2} s", median.cpu));
    let load = "Rows per second under the cost model, one task, rows of 290 bytes";
    let job = "CPU seconds of the job's JVM per million rows, first load by MySQL-CDC";
    let client = "CPU seconds of the client per million rows, TLS on, warm";
    [
        ("a", SHORT_ROWS, "load.svg", load, rows),
        ("c", "CDC first load", "job-cpu.svg", job, cpu),
        ("e", NEAR, "cpu.svg", client, cpu),
    ]
}

/// A contender's points: x, and rows per second.
struct Series<'a> {
    contender: &'a str,
    points: Vec<(u32, f64)>,
}

fn series<'a>(medians: &[&'a Median], x: impl Fn(&Median) -> u32) -> Vec<Series<'a>> {
    let mut all: Vec<Series<'a>> = Vec::new();
    for median in medians {
        let point = (x(median), median.rows_per_second);
        let contender = median.line.contender.as_str();
        match all.iter_mut().find(|series| series.contender == contender) {
            Some(series) => series.points.push(point),
            None => all.push(Series { contender, points: vec![point] }),
        }
    }
    all
}

/// An axis whose values are names at equal distances.
struct Names(Vec<String>);

impl Ranged for Names {
    type FormatOption = plotters::coord::ranged1d::NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, limit: (i32, i32)) -> i32 {
        let width = f64::from(limit.1 - limit.0);
        let count = f64::from(u32::try_from(self.0.len()).unwrap_or(1));
        #[allow(clippy::cast_possible_truncation)] // a pixel
        let pixels = ((value + 0.5) / count * width) as i32;
        limit.0 + pixels
    }

    fn key_points<Hint: KeyPointHint>(&self, _: Hint) -> Vec<f64> {
        (0..self.0.len()).filter_map(|at| u32::try_from(at).ok()).map(f64::from).collect()
    }

    fn range(&self) -> std::ops::Range<f64> {
        0.0..f64::from(u32::try_from(self.0.len()).unwrap_or(1))
    }
}

impl ValueFormatter<f64> for Names {
    fn format_ext(&self, value: &f64) -> String {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a position
        self.0.get(value.round() as usize).cloned().unwrap_or_default()
    }
}

fn thousands(value: &f64) -> String {
    if *value >= 1e6 { format!("{}M", value / 1e6) } else { format!("{}k", value / 1e3) }
}

fn lines_plot(
    file: &Path,
    title: &str,
    axis: &str,
    legend: SeriesLabelPosition,
    all: &[Series<'_>],
) -> Result<()> {
    let mut places: Vec<u32> = all.iter().flat_map(|series| series.points.iter().map(|p| p.0)).collect();
    places.sort_unstable();
    places.dedup();
    let place =
        |x: u32| f64::from(u32::try_from(places.iter().position(|p| *p == x).unwrap_or(0)).unwrap_or(0));
    let names = Names(places.iter().map(u32::to_string).collect());
    let values = || all.iter().flat_map(|series| series.points.iter().map(|point| point.1));
    let lowest = 10f64.powf(values().fold(f64::MAX, f64::min).log10().floor());
    let highest = values().fold(0.0, f64::max) * 3.0;

    let root = SVGBackend::new(file, SIZE).into_drawing_area();
    root.fill(&WHITE).map_err(drawing)?;
    let mut chart = ChartBuilder::on(&root)
        .caption(title, ("sans-serif", 20))
        .margin(14)
        .x_label_area_size(46)
        .y_label_area_size(74)
        .build_cartesian_2d(names, (lowest..highest).log_scale())
        .map_err(drawing)?;
    chart
        .configure_mesh()
        .x_desc(axis)
        .y_desc("rows per second (logarithmic)")
        .y_label_formatter(&thousands)
        .label_style(("sans-serif", 14))
        .axis_desc_style(("sans-serif", 15))
        .bold_line_style(BLACK.mix(0.15))
        .light_line_style(TRANSPARENT)
        .disable_x_mesh()
        .draw()
        .map_err(drawing)?;
    for series in all {
        let colour = colour(series.contender);
        let points: Vec<(f64, f64)> = series.points.iter().map(|(x, y)| (place(*x), *y)).collect();
        chart
            .draw_series(LineSeries::new(points.clone(), colour.stroke_width(2)))
            .map_err(drawing)?
            .label(label(series.contender))
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 20, y)], colour.stroke_width(3)));
        chart
            .draw_series(points.into_iter().map(|point| Circle::new(point, 4, colour.filled())))
            .map_err(drawing)?;
    }
    chart
        .configure_series_labels()
        .position(legend)
        .label_font(("sans-serif", 14))
        .background_style(WHITE.mix(0.85))
        .border_style(BLACK.mix(0.3))
        .draw()
        .map_err(drawing)?;
    root.present().map_err(drawing)
}

/// Horizontal bars, because the names of contenders are long.
fn bars_plot(file: &Path, title: &str, medians: &[&Median], value: Value) -> Result<()> {
    // The first is on top.
    let medians: Vec<&Median> = medians.iter().rev().copied().collect();
    let names = Names(medians.iter().map(|median| label(&median.line.contender).to_owned()).collect());
    let highest = medians.iter().map(|median| value(median).0).fold(0.0, f64::max) * 1.15;
    let root = SVGBackend::new(file, SIZE).into_drawing_area();
    root.fill(&WHITE).map_err(drawing)?;
    let mut chart = ChartBuilder::on(&root)
        .caption(title, ("sans-serif", 20))
        .margin(14)
        .x_label_area_size(10)
        .y_label_area_size(270)
        .build_cartesian_2d(0.0..highest, names)
        .map_err(drawing)?;
    chart
        .configure_mesh()
        .label_style(("sans-serif", 13))
        .bold_line_style(TRANSPARENT)
        .light_line_style(TRANSPARENT)
        .x_label_formatter(&|_| String::new())
        .disable_x_mesh()
        .draw()
        .map_err(drawing)?;
    for (at, median) in medians.iter().enumerate() {
        let middle = f64::from(u32::try_from(at)?);
        let (length, text) = value(median);
        let bar = [(0.0, middle - 0.3), (length, middle + 0.3)];
        let style = colour(&median.line.contender).filled();
        let text = Text::new(text, (length + highest * 0.01, middle + 0.12), ("sans-serif", 14));
        chart.draw_series([Rectangle::new(bar, style)]).map_err(drawing)?;
        chart.draw_series([text]).map_err(drawing)?;
    }
    root.present().map_err(drawing)
}

fn drawing<E: std::error::Error>(error: E) -> anyhow::Error {
    anyhow!("plot: {error}")
}
