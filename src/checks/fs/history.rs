//! What `check_fs` keeps from run to run: how file systems fill, and since when one does not answer.

use crate::host::clock::Clock;
use crate::model::timestamp::Timestamp;
use crate::model::trend::{Policy, Trend};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// File systems whose history is kept: the file stays small enough to be read in a moment.
pub(super) const MOST_KEPT: usize = 500;

/// The memory.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct History {
    anchor: Option<Anchor>,
    #[serde(default)]
    filling: BTreeMap<String, Filling>,
    #[serde(default)]
    hung: BTreeMap<String, f64>,
}

/// A moment on three clocks: since boot, of the wall, and our own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Anchor {
    boot: String,
    uptime: f64,
    wall: f64,
    own: f64,
}

#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
struct Filling {
    /// Device and type: another one on the same mount point has a history of its own.
    of: String,
    used: Trend,
}

/// This run's moment in the history.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    /// Seconds on a clock that only goes forward, whatever is done to the wall clock.
    own: f64,
    /// Whether a sample is due.
    due: bool,
}

impl Moment {
    /// The same moment so many seconds later, within the run.
    pub(super) fn after(self, seconds: f64) -> Self {
        Self { own: self.own + seconds.max(0.0), ..self }
    }
}

impl History {
    /// Finds out how much time has passed since the last sample, and begins this run.
    ///
    /// Within one boot the time since boot is what counts. Across a boot it is the wall clock, and at least the time
    /// since that boot. A wall clock that is set back costs the pause, no more.
    pub(super) fn begin(&mut self, clock: Option<&Clock>, now: Timestamp) -> Moment {
        let (boot, uptime) = clock.map_or(("", 0.0), |clock| (&*clock.boot, clock.uptime));
        let mut rebooted = false;
        let passed = self.anchor.as_ref().map(|anchor| {
            let by_wall = now.0 - anchor.wall;
            if clock.is_none() {
                by_wall
            } else if anchor.boot == boot && anchor.uptime <= uptime {
                uptime - anchor.uptime
            } else {
                rebooted = true;
                by_wall.max(uptime)
            }
        });
        if rebooted {
            // What hung has been unmounted by the reboot at the latest.
            self.hung.clear();
        }
        let own = match (&self.anchor, passed) {
            (Some(anchor), Some(passed)) if passed.is_finite() => anchor.own + passed.max(0.0),
            _ => now.0,
        };
        let due = rebooted || passed.is_none_or(|passed| !(0.0..Policy::FILLING.spacing).contains(&passed));
        if due {
            self.anchor = Some(Anchor { boot: boot.to_owned(), uptime, wall: now.0, own });
        }
        Moment { own, due }
    }

    /// Takes the used bytes of a file system, and says in how many seconds it will be full: `None` where nobody knows.
    pub(super) fn eta(&mut self, moment: Moment, name: &str, of: &str, used: f64, usable: f64) -> Option<f64> {
        if moment.due {
            if self.filling.len() >= MOST_KEPT && !self.filling.contains_key(name) {
                return None;
            }
            let filling = self.filling.entry(name.to_owned()).or_default();
            if filling.of != of {
                of.clone_into(&mut filling.of);
                filling.used.clear();
            }
            filling.used.push(Timestamp(moment.own), used, &Policy::FILLING);
        }
        let filling = self.filling.get(name).filter(|filling| filling.of == of)?;
        filling.used.eta(used, usable, &Policy::FILLING)
    }

    /// Forgets what is no longer there, when a sample is due: what only was not asked this time is kept.
    pub(super) fn keep_only(&mut self, moment: Moment, is_there: impl Fn(&str) -> bool) {
        if moment.due {
            self.filling.retain(|name, _| is_there(name));
        }
        self.hung.retain(|name, _| is_there(name));
    }

    /// At this moment a file system has not answered for `waited` seconds: for how many has it been, over all runs?
    /// The moment is that of the end of the wait: at the beginning of the run the wait is yet to come.
    pub(super) fn hangs(&mut self, moment: Moment, name: &str, waited: f64) -> f64 {
        let since = self.hung.entry(name.to_owned()).or_insert(moment.own - waited);
        *since = since.min(moment.own - waited);
        moment.own - *since
    }

    /// It has answered.
    pub(super) fn answers(&mut self, name: &str) {
        if !self.hung.is_empty() {
            self.hung.remove(name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(boot: &str, uptime: f64) -> Option<Clock> {
        Some(Clock { boot: boot.to_owned(), uptime })
    }

    /// Feeds a file system of 100 bytes that grows by one in ten minutes; `wall` changes the wall clock.
    fn filled(wall: impl Fn(f64) -> f64) -> Option<f64> {
        let mut history = History::default();
        let mut eta = None;
        for i in 0..20 {
            let uptime = 1000.0 + 600.0 * f64::from(i);
            let moment = history.begin(clock("a", uptime).as_ref(), Timestamp(wall(uptime)));
            eta = history.eta(moment, "/", "sda ext4", f64::from(i), 100.0);
        }
        eta
    }

    #[test]
    fn no_clock_that_jumps_changes_the_forecast() {
        let steady = filled(|uptime| 1e9 + uptime);
        assert!(steady.is_some_and(|eta| (eta - 81.0 * 600.0).abs() < 1.0), "{steady:?}");
        assert_eq!(filled(|uptime| if uptime > 5000.0 { 1e9 - 86_400.0 + uptime } else { 1e9 + uptime }), steady);
        assert_eq!(filled(|uptime| if uptime > 5000.0 { 2e9 } else { 1e9 + uptime }), steady);
    }

    #[test]
    fn a_reboot_goes_on_by_the_wall_clock() {
        let mut history = History::default();
        let first = history.begin(clock("a", 5000.0).as_ref(), Timestamp(1e9));
        history.hangs(first, "/mnt", 3.0);
        let next = history.begin(clock("b", 60.0).as_ref(), Timestamp(1e9 + 300.0));
        assert_eq!((next.own, next.due), (1e9 + 300.0, true));
        assert!(history.hung.is_empty());
        // The clock was set back meanwhile: at least the time since boot has passed.
        let last = history.begin(clock("c", 90.0).as_ref(), Timestamp(5e8));
        assert_eq!(last.own, 1e9 + 390.0);
    }

    #[test]
    fn nothing_is_written_before_a_sample_is_due() {
        let mut history = History::default();
        let mut run = |uptime: f64| {
            let moment = history.begin(clock("a", uptime).as_ref(), Timestamp(1e9 + uptime));
            let _ = history.eta(moment, "/", "x", 5.0, 10.0);
            serde_json::to_string(&history).unwrap_or_default()
        };
        let first = run(100.0);
        assert_eq!(run(399.0), first);
        assert_ne!(run(400.0), first);
    }

    #[test]
    fn without_a_time_since_boot_the_wall_clock_serves() {
        let mut history = History::default();
        assert_eq!(history.begin(None, Timestamp(1e9)).own, 1e9);
        assert_eq!(history.begin(None, Timestamp(1e9 + 500.0)).own, 1e9 + 500.0);
        let back = history.begin(None, Timestamp(9e8));
        assert_eq!((back.own, back.due), (1e9 + 500.0, true));
        assert_eq!(history.begin(None, Timestamp(9e8 + 10.0)).own, 1e9 + 510.0);
    }

    #[test]
    fn another_device_on_the_mount_point_begins_anew() {
        let mut history = History::default();
        for i in 0..20 {
            let uptime = 600.0 * f64::from(i);
            let moment = history.begin(clock("a", uptime).as_ref(), Timestamp(1e9));
            let of = if i < 19 { "sda ext4" } else { "sdb ext4" };
            let eta = history.eta(moment, "/", of, f64::from(i), 100.0);
            assert_eq!(eta.is_some(), (6..19).contains(&i), "{i}");
        }
    }

    #[test]
    fn hanging_is_counted_over_runs_until_it_answers() {
        let mut history = History::default();
        let at = |history: &mut History, uptime| history.begin(clock("a", uptime).as_ref(), Timestamp(1e9));
        let moment = at(&mut history, 100.0);
        assert_eq!(history.hangs(moment, "/mnt", 5.0), 5.0);
        let moment = at(&mut history, 160.0);
        // The first child has been interrupted meanwhile, and another one asks.
        assert_eq!(history.hangs(moment, "/mnt", 5.0), 65.0);
        history.answers("/mnt");
        assert_eq!(history.hangs(moment, "/mnt", 5.0), 5.0);
        history.keep_only(moment, |_| false);
        assert!(history.hung.is_empty());
    }

    #[test]
    fn no_more_is_kept_than_can_be_read_in_a_moment() {
        let mut history = History::default();
        let moment = history.begin(clock("a", 1.0).as_ref(), Timestamp(1e9));
        for i in 0..600 {
            let _ = history.eta(moment, &format!("/m{i}"), "x", 1.0, 2.0);
        }
        assert_eq!(history.filling.len(), MOST_KEPT);
    }
}
