//! The command line of `vitals_exporter`.

use super::config::{self, Config};
use super::console;
use super::engine::Engine;
use super::metrics::Metrics;
use super::once;
use super::reload::{self, Health, Reloader, Source};
use super::server::{self, App};
use crate::model::status::Status;
use crate::runtime::backstop;
use anyhow::{Context as _, anyhow, bail};
use clap::{CommandFactory as _, Parser};
use socket2::SockRef;
use std::io::{self, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Threads that answer requests. Plugins have threads of their own.
const THREADS: usize = 2;
/// Exit code of a bad command line or configuration, and of a start that failed.
const FAILED: u8 = 1;

/// Run check plugins on a schedule, for Prometheus and for people
///
/// Without a configuration the file systems, CPU, memory and processes of this machine are checked every minute. The
/// board is at http://127.0.0.1:9834/, metrics for Prometheus are at /metrics.
#[derive(Debug, Parser)]
#[command(name = "vitals_exporter", version, max_term_width = 100)]
pub struct Arguments {
    /// Read the configuration from this TOML file
    #[arg(short, long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// Listen here instead of where the configuration says; port 0 takes any free one
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,

    /// Listen on an address that other machines reach, without TLS and without a password
    #[arg(long)]
    insecure: bool,

    /// The host that checks are about when they name none [default: this machine's name]
    #[arg(long, value_name = "NAME")]
    host_name: Option<String>,

    /// Say whether the configuration is good, and end
    #[arg(long, group = "mode")]
    check_config: bool,

    /// Print the configuration as it takes effect, templates and includes resolved, and end
    #[arg(long, group = "mode")]
    print_config: bool,

    /// Run every check once, print the results, and end with the worst state as exit code
    #[arg(long, group = "mode")]
    once: bool,
}

impl Arguments {
    /// The command, for generators of documentation.
    #[must_use]
    pub fn described() -> clap::Command {
        Self::command()
    }
}

/// The whole program.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        // Help and version go to standard output and are no failure: this is no plugin.
        Err(error) => {
            if let Err(why) = error.print() {
                console::log(&format!("cannot write to standard output: {why}"));
                return ExitCode::from(FAILED);
            }
            return if error.use_stderr() { ExitCode::from(FAILED) } else { ExitCode::SUCCESS };
        }
    };
    backstop::forget_inherited();
    // Of --once the code is a state: nothing was found out.
    let failed = if arguments.once { Status::Unknown.code() } else { FAILED };
    arguments.run().unwrap_or_else(|error| {
        format!("{error:#}").lines().for_each(console::log);
        ExitCode::from(failed)
    })
}

impl Arguments {
    fn run(self) -> anyhow::Result<ExitCode> {
        let host = match &self.host_name {
            Some(host) => {
                config::host_name(host).map_err(|why| anyhow!("--host-name: {why}"))?;
                host.clone()
            }
            None => nix::unistd::gethostname().context("this machine's name")?.to_string_lossy().into_owned(),
        };
        let source = Source { file: self.config.clone(), host };
        let mut config = source.read().map_err(|problems| anyhow!(problems))?;
        config.listen = self.listen.unwrap_or(config.listen);
        if self.check_config {
            self.refuse_strangers(&config)?;
            reload::missing(&config).iter().for_each(|missing| console::log(missing));
            return say(&format!("the configuration is good: {}\n", reload::count(&config)));
        }
        if self.print_config {
            return say(&config::print(&config));
        }
        if self.once {
            return once::run(config);
        }
        self.serve(source, &config)
    }

    /// An address that others reach must be meant.
    fn refuse_strangers(&self, config: &Config) -> anyhow::Result<()> {
        if !config.listen.ip().is_loopback() && !self.insecure {
            bail!(
                "{} can be reached by other machines, and everybody there could read what the checks say: put a \
                 proxy with TLS and a password in front of a loopback address, or say --insecure",
                config.listen
            );
        }
        Ok(())
    }

    fn serve(&self, source: Source, config: &Config) -> anyhow::Result<ExitCode> {
        self.refuse_strangers(config)?;
        let runtime = Builder::new_multi_thread().worker_threads(THREADS).enable_all().build()?;
        let listener = TcpListener::bind(config.listen).with_context(|| {
            format!("cannot listen on {}: is another exporter running? --listen takes another port", config.listen)
        })?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let engine = Engine::start(config, reload::runner(config, "exporter"))?;
        console::log(&format!("http://{address}/ shows {}", reload::count(config)));
        let health = Arc::new(Health::new());
        let metrics = Metrics::new(engine.clone(), Arc::clone(&health))?;
        // What the command line says no file changes.
        let listen = self.listen.is_none().then_some(config.listen);
        let reloader = Reloader { source, engine: engine.clone(), health, listen, turn: Mutex::new(()) };
        let app = Arc::new(App { engine: engine.clone(), metrics, reloader });
        let door = listener.try_clone()?;
        let ended = attend(&runtime, listener, app);
        // A program whose start is stuck in the kernel still has a copy of this socket: closed alone, it would listen on.
        let _ = SockRef::from(&door).shutdown(Shutdown::Both);
        engine.stop();
        runtime.shutdown_background();
        ended.map(|()| ExitCode::SUCCESS)
    }
}

/// Serves until it is asked to end.
fn attend(runtime: &Runtime, listener: TcpListener, app: Arc<App>) -> anyhow::Result<()> {
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        tokio::spawn(server::serve(listener, server::router(Arc::clone(&app))));
        tokio::spawn(server::prepare(Arc::clone(&app)));
        let mut signals = Signals::new()?;
        loop {
            match signals.next().await {
                Asked::Reload => {
                    let app = Arc::clone(&app);
                    // Its result is in the log, in a metric and on the board.
                    drop(tokio::task::spawn_blocking(move || app.reloader.reload().is_ok()));
                }
                Asked::End(name) => {
                    console::log(&format!("{name}: ending the plugins that are running"));
                    return Ok(());
                }
            }
        }
    })
}

pub(super) enum Asked {
    Reload,
    End(&'static str),
}

pub(super) struct Signals {
    hangup: Signal,
    terminate: Signal,
    interrupt: Signal,
    /// Some programs rotate their logs at these: whoever tries that here must not end the exporter.
    _others: [Signal; 2],
}

impl Signals {
    pub(super) fn new() -> io::Result<Self> {
        let [hangup, terminate, interrupt] =
            [SignalKind::hangup(), SignalKind::terminate(), SignalKind::interrupt()].map(signal);
        let others = [signal(SignalKind::user_defined1())?, signal(SignalKind::user_defined2())?];
        Ok(Self { hangup: hangup?, terminate: terminate?, interrupt: interrupt?, _others: others })
    }

    pub(super) async fn next(&mut self) -> Asked {
        std::future::poll_fn(|cx| {
            if self.terminate.poll_recv(cx).is_ready() {
                std::task::Poll::Ready(Asked::End("SIGTERM"))
            } else if self.interrupt.poll_recv(cx).is_ready() {
                std::task::Poll::Ready(Asked::End("SIGINT"))
            } else if self.hangup.poll_recv(cx).is_ready() {
                std::task::Poll::Ready(Asked::Reload)
            } else {
                std::task::Poll::Pending
            }
        })
        .await
    }
}

/// Prints and ends well, if it could be printed.
pub(super) fn say(text: &str) -> anyhow::Result<ExitCode> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()).context("cannot write to standard output")?;
    Ok(ExitCode::SUCCESS)
}
