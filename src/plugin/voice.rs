//! How a plugin speaks when there is no report: a wrong command line, a panic, a signal.

use super::common::{Common, Mapping};
use super::config::prescan;
use crate::model::answer::Answer;
use crate::model::catalogue::Catalogue;
use crate::model::render::{FIRST_LINE, Format, Options, render};
use crate::model::report::{Draft, Report};
use crate::model::status::Status;
use crate::model::text;
use crate::model::thresholds::Thresholds;
use crate::model::timestamp::Timestamp;
use crate::runtime::backstop::Parting;
use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt as _;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// The names and the format of this run's answer.
#[derive(Clone, Debug)]
pub(super) struct Voice {
    pub check: &'static str,
    pub host: String,
    pub service: String,
    pub format: Format,
    pub options: Options,
    pub map: Vec<Mapping>,
    pub start: Timestamp,
    pub begun: Instant,
}

impl Voice {
    /// The voice before the command line has been understood: the format that it seems to ask for.
    pub(super) fn first(check: &'static str, arguments: &[OsString]) -> Self {
        let asked = prescan(arguments, "--output").map(OsString::from).or_else(|| std::env::var_os("VITALS_OUTPUT"));
        let format = asked.and_then(|format| format.to_str()?.parse().ok()).unwrap_or_default();
        let start = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |time| time.as_secs_f64());
        Self {
            check,
            host: host_name(),
            service: check.to_owned(),
            format,
            options: Options::default(),
            map: Vec::new(),
            // Milliseconds are enough, and shorter to print.
            start: Timestamp((start * 1e3).round() / 1e3),
            begun: Instant::now(),
        }
    }

    /// Takes what the command line says.
    pub(super) fn told(&mut self, common: &Common) -> Result<(), String> {
        if let Some(host) = &common.host_name {
            self.host = text::clean_str(host).into_owned();
        }
        if let Some(service) = &common.service_name {
            self.service = text::clean_str(service).into_owned();
        }
        if let Some(format) = common.output {
            self.format = format;
        } else if let Some(format) = std::env::var_os("VITALS_OUTPUT").filter(|format| !format.is_empty()) {
            self.format = format.to_string_lossy().parse().map_err(|why| format!("VITALS_OUTPUT: {why}"))?;
        }
        self.options = common.rendering();
        self.map.clone_from(&common.map);
        Ok(())
    }

    /// Seconds since the start.
    pub(super) fn elapsed(&self) -> f64 {
        (self.begun.elapsed().as_secs_f64() * 1e6).round() / 1e6
    }

    /// Closes a report in this voice, its state mapped.
    pub(super) fn close(&self, report: Report<'_>) -> Answer {
        let mut answer = report.finish(self.check, &self.host, &self.service, self.start, self.elapsed());
        let found = answer.status;
        answer.status = self.mapped(found);
        if answer.status != found {
            answer.details.push(format!("{found} is reported as {} (--map)", answer.status));
        }
        answer
    }

    fn mapped(&self, status: Status) -> Status {
        self.map.iter().rev().find(|mapping| mapping.from == status).map_or(status, |mapping| mapping.to)
    }

    /// An answer of one sentence.
    pub(super) fn sentence(&self, status: Status, text: &str) -> Answer {
        let (catalogue, thresholds) = (Catalogue::new("", &[]), Thresholds::default());
        let mut report = Report::new(&catalogue, &thresholds);
        let mut draft = Draft::whole();
        draft.raise(status);
        draft.say(text);
        report.add(draft);
        self.close(report)
    }

    /// An answer as the text to print.
    pub(super) fn text(&self, answer: &Answer) -> String {
        render(answer, self.format, &self.options)
    }

    /// A sentence ready for a signal handler, before the options are known: hardly ever said, so it must cost little.
    pub(super) fn brief(&self, status: Status, text: &str) -> Parting {
        if self.format != Format::Nagios {
            return self.parting(status, text);
        }
        let said = format!("{} {status} - {}", self.check.to_uppercase(), text::clean_str(text));
        Parting { text: text::cut(&said, FIRST_LINE - 1).into_owned() + "\n", code: status.code() }
    }

    /// A sentence ready for a signal handler.
    pub(super) fn parting(&self, status: Status, text: &str) -> Parting {
        let answer = self.sentence(status, text);
        Parting { text: self.text(&answer), code: answer.status.code() }
    }
}

fn host_name() -> String {
    nix::unistd::gethostname()
        .map(|name| text::clean(name.as_bytes()).into_owned())
        .unwrap_or_else(|_| "localhost".to_owned())
}
