//! From the command line to the exit code.

use super::check::Check;
use super::command::{command, long_help};
use super::common::{Common, Timeout};
use super::config::{Config, prescan};
use super::context::{Context, late};
use super::emit::{Lines, emit, unheard};
use super::voice::Voice;
use crate::model::report::{Draft, Report};
use crate::model::status::Status;
use crate::model::text;
use crate::model::thresholds::Thresholds;
use crate::runtime::backstop;
use crate::runtime::deadline::Deadline;
use crate::runtime::failure::{Failure, Kind};
use crate::runtime::root::Root;
use crate::runtime::state::{Loaded, Need, Prepared, Slot, StateDir};
use clap::FromArgMatches as _;
use clap::error::ErrorKind;
use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;
use std::sync::OnceLock;
use std::time::Duration;

/// The voice of this process, for the panic hook: before and after the command line has been understood.
static FIRST_VOICE: OnceLock<Voice> = OnceLock::new();
static VOICE: OnceLock<Voice> = OnceLock::new();

/// The whole life of a plugin.
#[must_use]
pub fn main<C: Check>() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let mut voice = FIRST_VOICE.get_or_init(|| Voice::first(C::NAME, &arguments)).clone();
    std::panic::set_hook(Box::new(last_words));
    // The configuration may lie on a file system that hangs, and a usage error may have no reader: the clock runs
    // before the command line is understood.
    begin(&voice, asked_time(&arguments), C::TIMEOUT, &arguments);
    let parsed = parse::<C>(&arguments);
    let (check, common, config) = match parsed {
        Ok(parsed) => parsed,
        Err(Refused::Shown(text)) => {
            // Help and version are no healthy service: exit 3, as the guidelines say.
            return emit(&text, Status::Unknown).0;
        }
        Err(Refused::Wrong(why)) => return usage(&voice, &why),
    };
    if let Err(why) = voice.told(&common) {
        return usage(&voice, &why);
    }
    let catalogue = check.catalogue();
    let thresholds = Thresholds::new(&catalogue, &common.warning, &common.critical);
    let thresholds = thresholds.and_then(|thresholds| common.chosen(&catalogue).map(|()| thresholds));
    let thresholds = match thresholds.and_then(|thresholds| check.validate().map(|()| thresholds)) {
        Ok(thresholds) => thresholds,
        Err(why) => return usage(&voice, &why),
    };
    // Set once, here; a second value would only be a second thread's, and there is none.
    let voice = VOICE.get_or_init(|| voice);
    let time = common.timeout.map_or(C::TIMEOUT, |timeout| timeout.time);
    let on_timeout = common.timeout.and_then(|timeout| timeout.status);
    arm(voice, time, on_timeout);
    let mut report = Report::new(&catalogue, &thresholds);
    let root = Root::new(common.root.clone());
    let deadline = Deadline::after(time.saturating_sub(margin(time)).saturating_sub(voice.begun.elapsed()));
    if let Some(code) = instead(&check, &root, &deadline, voice) {
        return code;
    }
    let mut state = None;
    let mut slot = None;
    if size_of::<C::Memory>() > 0 {
        match open_slot(&check, &common, voice, time, on_timeout) {
            Ok((dir, opened)) => (state, slot) = (Some(dir), Some(opened)),
            Err(failure) if C::NEED == Need::Vital && !check.can_forget() => {
                return emit_failure(voice, report, &failure, on_timeout);
            }
            Err(failure) => report.note(format!("nothing is remembered: {failure}")),
        }
    }
    let mut memory = C::Memory::default();
    match slot.as_mut().map(Slot::load::<C::Memory>) {
        None | Some(Ok(Loaded::First)) => {}
        Some(Ok(Loaded::Found(found, _))) => memory = found,
        // Where the answer depends on it, somebody must hear that events may be lost; the next run is as any other.
        Some(Ok(Loaded::Unusable(why))) if C::NEED == Need::Vital => {
            report.add(unknown(format!("as on a first run: {why}")));
        }
        Some(Ok(Loaded::Unusable(why))) => report.note(format!("as on a first run: {why}")),
        Some(Err(failure)) if C::NEED == Need::Vital => return emit_failure(voice, report, &failure, on_timeout),
        Some(Err(failure)) => report.note(format!("as on a first run: {failure}")),
    }
    let context = Context {
        root: &root,
        // What went before, such as a wait for another run, has taken its part of the time.
        deadline: Deadline::after(time.saturating_sub(margin(time)).saturating_sub(voice.begun.elapsed())),
        now: voice.start,
        state: state.as_ref(),
        thresholds: &thresholds,
        perfdata: common.perfdata.as_deref(),
        secrets: &config.secrets,
        voice,
        time,
        on_timeout,
        state_dir: common.state_dir.as_deref(),
    };
    let prepared = match check.probe(&context, &memory) {
        Err(failure) => return emit_failure(voice, report, &failure, on_timeout),
        Ok(sample) => {
            check.judge(&sample, &mut memory, voice.start, &mut report);
            remember::<C>(slot, &memory, voice, &mut report)
        }
    };
    let answer = voice.close(report);
    let (code, heard) = if common.quiet_ok && answer.status == Status::Ok {
        emit("", Status::Ok)
    } else {
        emit(&voice.text(&answer), answer.status)
    };
    // Only now: a kill before this point makes the next run tell it again, rather than never. The same goes for an
    // answer that nobody could read.
    if let Some(prepared) = prepared.filter(|_| heard || C::NEED != Need::Vital) {
        let _ = prepared.commit();
    }
    code
}

/// Does what the options want instead of a check.
fn instead<C: Check>(check: &C, root: &Root, deadline: &Deadline, voice: &Voice) -> Option<ExitCode> {
    let mut out = Lines::default();
    let done = check.instead(root, deadline, &mut |line| out.say(line))?;
    Some(match done {
        Ok(()) => out.end(),
        Err(failure) => {
            out.end();
            usage(voice, &failure.to_string())
        }
    })
}

/// What the alarm says while nothing better is known.
const BUSY: &str = "the check is still busy";

/// What a signal's line says before there is an answer.
const ENDED: &str = "ended by a signal before there was an answer";

/// Starts the clock for what comes before the command line is understood.
fn begin(voice: &Voice, timeout: Option<Timeout>, default: Duration, arguments: &[OsString]) {
    let time = timeout.map_or(default, |timeout| timeout.time);
    let on_timeout = timeout.and_then(|timeout| timeout.status).unwrap_or(Status::Unknown);
    let file = prescan(arguments, "--config").map(|path| Path::new(path).display().to_string());
    let reading = format!("{} reading {}", late(time), file.as_deref().unwrap_or("the command line"));
    backstop::begin(time, voice.brief(on_timeout, &reading), voice.brief(Status::Unknown, ENDED));
}

/// Starts the clock as the user wants it, from the beginning of the process.
fn arm(voice: &Voice, time: Duration, on_timeout: Option<Status>) {
    let busy = voice.parting(on_timeout.unwrap_or(Status::Unknown), &format!("{} {BUSY}", late(time)));
    backstop::arm(time.saturating_sub(voice.begun.elapsed()), busy, voice.parting(Status::Unknown, ENDED));
}

/// The time limit that the command line seems to ask for.
fn asked_time(arguments: &[OsString]) -> Option<Timeout> {
    let asked = prescan(arguments, "--timeout").or_else(|| prescan(arguments, "-t"));
    asked?.to_str()?.parse().ok()
}

/// A finding that is UNKNOWN for a reason of ours.
fn unknown(why: String) -> Draft {
    let mut draft = Draft::whole();
    draft.raise(Status::Unknown);
    draft.say(why);
    draft
}

/// What is kept back for judging, rendering and printing once the probe has used up its time.
fn margin(time: Duration) -> Duration {
    (time / 10).min(Duration::from_millis(500))
}

enum Refused {
    /// Help or version, to be shown as it is.
    Shown(String),
    /// What is wrong with the command line.
    Wrong(String),
}

fn parse<C: Check>(arguments: &[OsString]) -> Result<(C, Common, Config), Refused> {
    let mut command = command::<C>();
    if arguments.iter().any(|argument| argument == "--help") {
        command = command.after_long_help(long_help::<C>());
    }
    let mut config = Config::default();
    let mut all = arguments.to_vec();
    if all.is_empty() {
        all.push(command.get_name().into());
    }
    if let Some(path) = prescan(arguments, "--config") {
        let section = prescan(arguments, "--section").map(|name| name.to_string_lossy().into_owned());
        let section = section.unwrap_or_else(|| command.get_name().to_owned());
        config = Config::read(Path::new(path), &section, &command).map_err(|e| Refused::Wrong(format!("{e:#}")))?;
        all.splice(1..1, std::mem::take(&mut config.arguments));
    }
    let refused = |error: clap::Error| match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Refused::Shown(error.render().to_string()),
        _ => Refused::Wrong(first_paragraph(&error.render().to_string())),
    };
    let matches = command.try_get_matches_from_mut(all).map_err(refused)?;
    let check = C::from_arg_matches(&matches).map_err(refused)?;
    let common = Common::from_arg_matches(&matches).map_err(refused)?;
    Ok((check, common, config))
}

/// What clap says first is what is wrong; usage and hints follow after an empty line.
fn first_paragraph(text: &str) -> String {
    let paragraph = text.strip_prefix("error: ").unwrap_or(text).split("\n\n").next().unwrap_or_default();
    paragraph.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn usage(voice: &Voice, why: &str) -> ExitCode {
    let answer = voice.sentence(Status::Unknown, &format!("usage: {why}; see check_{} --help", voice.check));
    emit(&voice.text(&answer), answer.status).0
}

fn emit_failure(voice: &Voice, mut report: Report<'_>, failure: &Failure, on_timeout: Option<Status>) -> ExitCode {
    let status = match failure.kind() {
        Kind::Unknown => Status::Unknown,
        Kind::Down => Status::Critical,
    };
    let mut draft = Draft::whole();
    draft.raise(on_timeout.filter(|_| failure.timed_out()).unwrap_or(status));
    draft.say(failure.to_string());
    report.add(draft);
    let answer = voice.close(report);
    emit(&voice.text(&answer), answer.status).0
}

/// The panic hook: one UNKNOWN line, and the end.
#[expect(clippy::exit, reason = "nothing may run after a panic in a plugin's only thread")]
fn last_words(info: &std::panic::PanicHookInfo<'_>) {
    // A driver's thread that panics is caught and reported by whoever started it.
    if std::thread::current().name() != Some("main") {
        return;
    }
    let what = info.payload_as_str().unwrap_or("no reason given");
    let place = info.location().map(|at| format!(" at {}:{}", at.file(), at.line())).unwrap_or_default();
    let text = format!("internal error: {what}{place}; please report it with the command line");
    let (text, status) = match VOICE.get().or_else(|| FIRST_VOICE.get()) {
        Some(voice) => {
            let answer = voice.sentence(Status::Unknown, &text);
            (voice.text(&answer), answer.status)
        }
        None => (format!("UNKNOWN - {}\n", text::clean_str(&text)), Status::Unknown),
    };
    let status = if emit(&text, status).1 { status } else { unheard(status) };
    std::process::exit(status.code().into());
}

fn open_slot<C: Check>(
    check: &C,
    common: &Common,
    voice: &Voice,
    time: Duration,
    on_timeout: Option<Status>,
) -> Result<(StateDir, Slot), Failure> {
    let dir = StateDir::locate(common.state_dir.as_deref())?;
    let identity = [check.identity(), state_id(common)].join("\u{1f}");
    let say = |what: &str| {
        let text = format!("{} {what}", late(time));
        backstop::prepare_alarm(voice.parting(on_timeout.unwrap_or(Status::Unknown), &text));
    };
    let mut waited = false;
    let slot = dir.slot(C::NAME, &identity, C::NEED, || {
        waited = true;
        say("another run of the same check holds its memory");
    })?;
    if waited {
        say(BUSY);
    }
    Ok((dir, slot))
}

/// The name of this use of the check: a scheduler may give one to each of its services in the environment.
fn state_id(common: &Common) -> String {
    let given = Some(common.state_id.clone()).filter(|id| !id.is_empty());
    given.or_else(|| Some(std::env::var_os("VITALS_STATE_ID")?.to_string_lossy().into_owned())).unwrap_or_default()
}

/// Writes the new memory beside the old one, so that what goes wrong is still told.
fn remember<C: Check>(
    slot: Option<Slot>,
    memory: &C::Memory,
    voice: &Voice,
    report: &mut Report<'_>,
) -> Option<Prepared> {
    match slot?.prepare(memory, voice.start) {
        Ok(prepared) => prepared,
        Err(failure) if C::NEED == Need::Vital => {
            report.add(unknown(failure.to_string()));
            None
        }
        Err(failure) => {
            report.note(format!("nothing is remembered: {failure}"));
            None
        }
    }
}
