//! What the sample means. Pure.

use super::figures::{Figures, Magic};
use super::gather::{Access, Missing, Sample, Seen};
use super::history::{History, MOST_KEPT, Moment};
use super::options::Fs;
use crate::host::stat_apart::Reply;
use crate::model::metric::Value;
use crate::model::report::{Draft, Measure, Report};
use crate::model::status::Status;
use crate::model::text;
use crate::model::thresholds::Limits;
use crate::model::timestamp::Timestamp;
use crate::model::unit::Unit;
use nix::errno::Errno;
use std::collections::HashSet;

/// A forecast within this time is worth a word: a week.
const NOTABLE: f64 = 7.0 * 86_400.0;
/// From this share on the files are worth a word although no limit is crossed.
const NOTABLE_FILES: f64 = 0.8;

/// The fullest so far: its share, name and free bytes.
type Fullest = Option<(f64, String, u64)>;

/// One run of judging.
struct Judge<'j, 'r> {
    options: &'j Fs,
    history: &'j mut History,
    moment: Moment,
    /// When the last answer was in, or given up.
    answered: Moment,
    report: &'j mut Report<'r>,
    fullest: Fullest,
    /// Whether there is one whose end is not known.
    without_eta: bool,
}

/// Judges.
pub(super) fn judge(options: &Fs, sample: &Sample, history: &mut History, now: Timestamp, report: &mut Report<'_>) {
    let moment = history.begin(sample.clock.as_ref(), now);
    let mut judge = Judge {
        options,
        history,
        moment,
        answered: moment.after(sample.took),
        report,
        fullest: None,
        without_eta: false,
    };
    let mut alone: Vec<&Seen> = Vec::new();
    let mut groups: Vec<(&str, Vec<&Seen>)> = Vec::new();
    for group in &options.group {
        if !groups.iter().any(|(name, _)| *name == group.name) {
            groups.push((&group.name, Vec::new()));
        }
    }
    for seen in &sample.seen {
        let name = options.group.iter().find(|group| group.glob.matches(&seen.name)).map(|group| &*group.name);
        match groups.iter_mut().find(|(group, _)| Some(*group) == name) {
            Some((_, members)) => members.push(seen),
            None => alone.push(seen),
        }
    }
    for (name, members) in &groups {
        judge.group(name, members);
    }
    for seen in &alone {
        judge.file_system(seen);
    }
    let (fullest, without_eta) = (judge.fullest.take(), judge.without_eta);
    let there: HashSet<&str> =
        sample.seen.iter().map(|seen| &*seen.name).chain(groups.iter().map(|(name, _)| *name)).collect();
    history.keep_only(moment, |name| there.contains(name));
    absent(options, sample, report);
    sample.notes.iter().for_each(|note| report.note(note));
    sample.details.iter().for_each(|detail| report.detail(detail));
    if without_eta && sample.in_full {
        report.detail("eta is unknown until there is an hour of history, and while a file system does not fill");
    }
    if there.len() > MOST_KEPT {
        report.detail(format!("no forecast beyond the first {MOST_KEPT} file systems"));
    }
    if let (Some((share, name, free)), true) = (fullest, alone.len() + groups.len() > 1) {
        let number = text::count(sample.seen.len(), "file system", "file systems");
        report.summary(format!("{number}, fullest {name} {} used, {} free", Unit::Ratio.show(share), bytes(free)));
    }
}

/// What the user named and is not there.
fn absent(options: &Fs, sample: &Sample, report: &mut Report<'_>) {
    for missing in &sample.missing {
        let (mut draft, status, said) = match missing {
            Missing::Path(path, why) => (Draft::item(path), Status::Unknown, format!("{path} {why}")),
            Missing::Mount(path, automount) => {
                let why = if *automount { ": only its automount is there" } else { "" };
                (Draft::item(path), Status::Critical, format!("{path} is not mounted{why}"))
            }
        };
        draft.raise(status);
        draft.say(said);
        report.add(draft);
    }
    for glob in &options.writable {
        if !sample.seen.iter().any(|seen| glob.matches(&seen.name)) {
            let mut draft = Draft::whole();
            draft.raise(Status::Unknown);
            draft.say(format!("no judged file system fits --writable {glob}"));
            report.add(draft);
        }
    }
}

impl Judge<'_, '_> {
    fn file_system(&mut self, seen: &Seen) {
        let mut draft = Draft::item(&seen.name);
        let said = match self.trouble(seen, &mut draft) {
            Err(said) => {
                self.report.measure(&mut draft, labelled(Measure::new("used", None), Some(seen)));
                said
            }
            Ok(figures) => {
                let of = format!("{} {}", seen.device, seen.fstype);
                let eta = self.eta(&seen.name, &of, &figures);
                let mut said = self.measure(&mut draft, &figures, eta, Some(seen), true);
                said.insert_str(0, &format!("{} ", seen.name));
                said.push_str(self.access(seen, &mut draft));
                self.rank(&seen.name, &figures);
                said
            }
        };
        draft.say(said);
        self.report.add(draft);
    }

    fn group(&mut self, name: &str, members: &[&Seen]) {
        let mut draft = Draft::item(name);
        let mut sum = Figures::default();
        let (mut parts, mut counted, mut of) = (Vec::new(), 0, String::new());
        for seen in members {
            let mut part = Draft::item(&seen.name);
            let said = match self.trouble(seen, &mut part) {
                Err(said) => said,
                Ok(figures) => {
                    sum.add(&figures);
                    counted += 1;
                    of.push_str(&seen.name);
                    of.push(' ');
                    // The group is what is judged; the parts show where its space is.
                    let mut said = self.measure(&mut part, &figures, None, Some(seen), false);
                    said.insert_str(0, &format!("{} ", seen.name));
                    said.push_str(self.access(seen, &mut part));
                    said
                }
            };
            part.say(said);
            parts.push(part);
        }
        if counted == 0 {
            draft.raise(Status::Unknown);
            let why =
                if members.is_empty() { "no judged file system belongs to it" } else { "none of it could be measured" };
            draft.say(format!("group {name}: {why}"));
        } else {
            let eta = self.eta(name, &of, &sum);
            let said = self.measure(&mut draft, &sum, eta, None, true);
            let rest = match members.len() - counted {
                0 => String::new(),
                more => format!(", {more} more not measured"),
            };
            let number = text::count(counted, "file system", "file systems");
            draft.say(format!("group {name} of {number} {said}{rest}"));
            self.rank(name, &sum);
        }
        parts.into_iter().for_each(|part| draft.part(part));
        self.report.add(draft);
    }

    /// The figures, or what is wrong, with its state.
    fn trouble(&mut self, seen: &Seen, draft: &mut Draft) -> Result<Figures, String> {
        let name = &seen.name;
        let what = format!("({} from {})", seen.fstype, seen.device);
        let (status, said) = match &seen.reply {
            Reply::Space(space) => {
                self.history.answers(name);
                let figures = Figures::of(space, self.options.root_reserved);
                if figures.used_ratio().is_some() {
                    return Ok(figures);
                }
                (Status::Unknown, format!("{name} {what} has no size that could be judged"))
            }
            Reply::Stuck { pid, waited } => {
                let waited = waited.as_secs_f64();
                let all = self.history.hangs(self.answered, name, waited);
                let patience = self.options.patience().as_secs_f64();
                let since = if all > patience.max(waited) + 1.0 || waited > patience + 1.0 {
                    format!("statfs has been hanging for {}", Unit::Seconds.show(all.max(waited)))
                } else {
                    format!("statfs has not returned within {}", Unit::Seconds.show(waited))
                };
                let by = pid.map(|pid| format!("; held by process {pid}")).unwrap_or_default();
                (self.options.hung(), format!("{name} does not answer {what}: {since}{by}"))
            }
            Reply::Failed(Errno::EACCES) => {
                let advice = "run the check as a user who may search the path, or --exclude it";
                (Status::Unknown, format!("{name} {what} may not be looked at: {advice}"))
            }
            Reply::Failed(Errno::ENOENT) => {
                (Status::Unknown, format!("{name} {what} is in the mount table but not there"))
            }
            // A server or driver that has given the mount up: ENOTCONN, ESTALE, EIO and the like.
            Reply::Failed(errno) => {
                self.history.answers(name);
                (self.options.hung(), format!("{name} {what} answers with an error: {}", errno.desc()))
            }
            Reply::NotAsked(why) => (Status::Unknown, format!("{name} {what} was not asked: {why}")),
        };
        draft.raise(status);
        Err(said)
    }

    /// Measures all values of a file system or group, and says them. A part of a group is measured, not judged.
    #[expect(clippy::cast_precision_loss, reason = "bounds for drawing")]
    fn measure(
        &self,
        draft: &mut Draft,
        figures: &Figures,
        eta: Option<f64>,
        seen: Option<&Seen>,
        judged: bool,
    ) -> String {
        let [used, free] = [figures.used_ratio(), figures.free_ratio()].map(|share| share.unwrap_or(f64::NAN));
        let (size, files) = (figures.size as f64, figures.files_ratio());
        let (used_limits, free_limits) = self.scaled(draft, figures.size);
        let mut add = |measure: Measure<'_>| {
            let measure = labelled(measure, seen);
            self.report.measure(draft, if judged { measure } else { measure.limits(Limits::default()) })
        };
        add(with(Measure::float("used", used).bounds(0.0, 1.0), used_limits));
        add(Measure::int("used_bytes", figures.used).bounds(0.0, size));
        add(Measure::int("size", figures.size).at_least(0.0));
        add(with(Measure::float("free", free).bounds(0.0, 1.0), free_limits));
        add(Measure::int("free_bytes", figures.free()).bounds(0.0, size));
        let mut said =
            format!("{} used, {} of {} free", Unit::Ratio.show(used), bytes(figures.free()), Unit::Bytes.show(size));
        if let Some(files) = files {
            let share = add(Measure::float("inodes_used", files).bounds(0.0, 1.0));
            let number = add(Measure::int("inodes_free", figures.files_free).bounds(0.0, figures.files as f64));
            if share.max(number) != Status::Ok || files >= NOTABLE_FILES {
                said.push_str(", ");
                said.push_str(&Unit::Ratio.show(files));
                said.push_str(" of the inodes used");
            }
        }
        let status = add(Measure::new("eta", eta.and_then(Value::finite)).at_least(0.0));
        if let Some(eta) = eta.filter(|eta| status != Status::Ok || *eta < NOTABLE) {
            said.push_str(", full in ");
            said.push_str(&Unit::Seconds.show(eta));
            said.push_str(" at the present rate");
        }
        said
    }

    /// The limits of the used and of the free share, where `--magic` changes them.
    fn scaled(&self, draft: &Draft, size: u64) -> (Option<Limits>, Option<Limits>) {
        let Some(factor) = self.options.magic else { return (None, None) };
        let magic = Magic::new(factor, self.options.reference_size(), size);
        let (used, free) = (self.report.limits(draft, "used"), self.report.limits(draft, "free"));
        let moved = |limits: Limits, end: fn(Magic, f64) -> f64| limits.map(|range| range.map(|e| end(magic, e)));
        (Some(moved(used, Magic::used)), Some(moved(free, Magic::free)))
    }

    /// Whether it can be written where it should be.
    fn access(&self, seen: &Seen, draft: &mut Draft) -> &'static str {
        match seen.access {
            Access::GaveUp => {
                draft.raise(Status::Critical);
                ", has gone read-only by itself after an error"
            }
            Access::ReadOnly if self.options.writable.iter().any(|glob| glob.matches(&seen.name)) => {
                draft.raise(Status::Critical);
                ", is mounted read-only"
            }
            Access::ReadOnly | Access::Writable => "",
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "a forecast needs no last digits")]
    fn eta(&mut self, name: &str, of: &str, figures: &Figures) -> Option<f64> {
        let eta = self.history.eta(self.moment, name, of, figures.used as f64, figures.usable());
        self.without_eta |= eta.is_none();
        eta
    }

    fn rank(&mut self, name: &str, figures: &Figures) {
        let share = figures.used_ratio().unwrap_or(0.0);
        if self.fullest.as_ref().is_none_or(|(most, ..)| share > *most) {
            self.fullest = Some((share, name.to_owned(), figures.free()));
        }
    }
}

fn labelled<'m>(measure: Measure<'m>, seen: Option<&Seen>) -> Measure<'m> {
    match seen {
        Some(seen) => measure.label("device", &*seen.device).label("fstype", &*seen.fstype),
        None => measure,
    }
}

fn with(measure: Measure<'_>, limits: Option<Limits>) -> Measure<'_> {
    match limits {
        Some(limits) => measure.limits(limits),
        None => measure,
    }
}

#[expect(clippy::cast_precision_loss, reason = "for people")]
fn bytes(number: u64) -> String {
    Unit::Bytes.show(number as f64)
}

#[cfg(test)]
mod tests;
