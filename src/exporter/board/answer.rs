//! What a run measured and found, as lists and tables.

use super::super::outcome::Readings;
use super::state::State;
use super::words::plain;
use crate::model::answer::{Answer, Finding};
use crate::model::metric::{Metric, Value};
use crate::model::parse::Perfdatum;
use crate::model::range::Range;
use crate::model::thresholds::Limits;
use crate::model::unit::{Unit, decimal};
use maud::{Markup, html};

/// Findings and values that are shown at most; what is beyond is counted.
const MOST: usize = 500;

/// The values of a run, and for a typed answer its findings.
pub(super) fn readings(readings: &Readings) -> Markup {
    match readings {
        Readings::Typed(answer) => html! {
            (findings(answer))
            (lines("Notes", &answer.notes))
            (lines("Details", &answer.details))
            (metrics(answer))
        },
        Readings::Perfdata(data) => perfdata(data),
    }
}

fn findings(answer: &Answer) -> Markup {
    let total = answer.walk().count();
    let mut room = MOST;
    html! {
        @if total > 0 {
            section {
                h2 { "Findings" }
                (list(&answer.findings, &mut room))
                (beyond(total))
            }
        }
    }
}

fn list(findings: &[Finding], room: &mut usize) -> Markup {
    html! {
        @if !findings.is_empty() && *room > 0 {
            ul.findings {
                @for finding in findings {
                    @if let Some(left) = room.checked_sub(1) {
                        @let () = *room = left;
                        li {
                            span.state.(State::from(finding.status).name()) { (finding.status) } " "
                            // Most texts begin with the item.
                            @if let Some(item) = finding.item.as_ref().filter(|item| !finding.text.starts_with(*item)) {
                                b { (plain(item)) } " "
                            }
                            (plain(&finding.text))
                            (list(&finding.findings, room))
                        }
                    }
                }
            }
        }
    }
}

/// Says how much is not shown.
fn beyond(total: usize) -> Markup {
    html! { @if total > MOST { p { "and " (total - MOST) " more" } } }
}

fn lines(title: &str, lines: &[String]) -> Markup {
    html! {
        @if !lines.is_empty() {
            section { h2 { (title) } ul { @for line in lines.iter().take(MOST) { li { (plain(line)) } } } }
        }
    }
}

fn metrics(answer: &Answer) -> Markup {
    let all: Vec<&Metric> = answer.walk().flat_map(|finding| &finding.metrics).collect();
    html! {
        @if !all.is_empty() {
            section {
                h2 { "Metrics" }
                table.values {
                    thead {
                        tr {
                            th scope="col" { "Metric" } th scope="col" { "Of" } th.number scope="col" { "Value" }
                            th.number scope="col" { "Warning" } th.number scope="col" { "Critical" }
                        }
                    }
                    tbody { @for metric in all.iter().take(MOST) { (metric_row(metric, answer)) } }
                }
                (beyond(all.len()))
            }
        }
    }
}

fn metric_row(metric: &Metric, answer: &Answer) -> Markup {
    let value = metric.value.map(Value::as_f64);
    let state = judged(value, metric.warn, metric.crit);
    let show = |value| metric.unit.show(value);
    let labels = metric.labels.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(", ");
    let limit = |range: Option<Range>| range.map(|range| alert(range, show));
    html! {
        tr.(state.name()) {
            th scope="row" title=[answer.help.get(&metric.name).map(|help| plain(help))] { (plain(&metric.name)) }
            td data-label="Of" { (plain(&labels)) }
            (shown(value, state, show))
            td.number data-label="Warning" { (limit(metric.warn).unwrap_or_default()) }
            td.number data-label="Critical" { (limit(metric.crit).unwrap_or_default()) }
        }
    }
}

/// The state that its limits give a value.
fn judged(value: Option<f64>, warn: Option<Range>, crit: Option<Range>) -> State {
    value.map_or(State::Ok, |value| State::from(Limits { warn, crit }.status(value)))
}

/// The cell of a value, with the word for its state where that is not OK.
fn shown(value: Option<f64>, state: State, show: impl Fn(f64) -> String) -> Markup {
    html! {
        td.number data-label="Value" {
            @if state.is_problem() { span.state.(state.name()) { (state.word()) } " " }
            (value.map_or_else(|| "not known".to_owned(), show))
        }
    }
}

fn perfdata(data: &[Perfdatum]) -> Markup {
    html! {
        @if !data.is_empty() {
            section {
                h2 { "Performance data" }
                table.values {
                    thead {
                        tr {
                            th scope="col" { "Label" } th.number scope="col" { "Value" }
                            th.number scope="col" { "Warning" } th.number scope="col" { "Critical" }
                            th.number scope="col" { "Least" } th.number scope="col" { "Greatest" }
                        }
                    }
                    tbody { @for datum in data.iter().take(MOST) { (perfdata_row(datum)) } }
                }
                (beyond(data.len()))
            }
        }
    }
}

fn perfdata_row(datum: &Perfdatum) -> Markup {
    let state = judged(datum.value, datum.warn, datum.crit);
    let show = |value| with_unit(value, &datum.uom);
    let limit = |range: Option<Range>| range.map(|range| alert(range, show)).unwrap_or_default();
    html! {
        tr.(state.name()) {
            th scope="row" { (plain(&datum.label)) }
            (shown(datum.value, state, show))
            td.number data-label="Warning" { (limit(datum.warn)) }
            td.number data-label="Critical" { (limit(datum.crit)) }
            td.number data-label="Least" { (datum.min.map(show).unwrap_or_default()) }
            td.number data-label="Greatest" { (datum.max.map(show).unwrap_or_default()) }
        }
    }
}

/// The values that raise the alert: `> 90 %`. What lies below zero is said only where a range begins elsewhere.
fn alert(range: Range, show: impl Fn(f64) -> String) -> String {
    let (start, end) = (range.start(), range.end());
    let below = (start.is_finite() && (start != 0.0 || end.is_infinite())).then(|| format!("< {}", show(start)));
    let above = end.is_finite().then(|| format!("> {}", show(end)));
    match (range.is_inverted(), start.is_finite(), end.is_finite()) {
        (false, ..) => [below, above].into_iter().flatten().collect::<Vec<String>>().join(", "),
        (true, true, true) => format!("{} to {}", show(start), show(end)),
        (true, true, false) => format!("≥ {}", show(start)),
        (true, false, true) => format!("≤ {}", show(end)),
        (true, false, false) => "any".to_owned(),
    }
}

/// A value of performance data for a person; units that are not known stay as they came.
fn with_unit(value: f64, uom: &str) -> String {
    match [Unit::Bytes, Unit::Seconds].into_iter().find(|unit| unit.uom() == uom) {
        Some(unit) => unit.show(value),
        None if uom.is_empty() => decimal(value),
        None => format!("{} {}", decimal(value), plain(uom)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_have_their_unit() {
        assert_eq!(with_unit(2_147_483_648.0, "B"), "2 GiB");
        assert_eq!(with_unit(0.25, "s"), "250 ms");
        assert_eq!(with_unit(12.5, "%"), "12.5 %");
        assert_eq!(with_unit(7.0, ""), "7");
    }

    #[test]
    fn a_limit_says_which_values_alert() {
        let said = |text: &str| alert(Range::parse(text, Unit::None).unwrap(), decimal);
        assert_eq!(["90", "10:", "~:5", "10:20", "0:"].map(said), ["> 90", "< 10", "> 5", "< 10, > 20", "< 0"]);
        assert_eq!(["@10:20", "@10:", "@~:5", "~:"].map(said), ["10 to 20", "≥ 10", "≤ 5", ""]);
    }

    #[test]
    fn no_more_findings_are_shown_than_there_is_room_for() {
        let leaf = Finding { text: "leaf".to_owned(), ..Finding::default() };
        let deep = Finding { findings: vec![leaf.clone(); MOST], text: "top".to_owned(), ..Finding::default() };
        let answer = Answer { findings: vec![deep, leaf], ..Answer::default() };
        let page = findings(&answer).into_string();
        assert_eq!(page.matches("leaf").count(), MOST - 1);
        assert!(page.contains("and 2 more"), "{}", &page[page.len() - 100..]);
    }
}
