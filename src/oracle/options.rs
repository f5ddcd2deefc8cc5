//! The options that all Oracle checks share.

use super::driver::Driver;
use super::login::{Login, Role, Wallet, Who};
use super::target;
use crate::runtime::failure::Failure;
use crate::runtime::root::Root;
use crate::runtime::secret::{Secret, SecretSource};
use anyhow::anyhow;
use clap::{Args, ValueHint};
use std::path::PathBuf;

/// Finds a secret: by the source that an option gives, else in the configuration.
pub type Find<'f> = &'f dyn Fn(&str, Option<&SecretSource>) -> anyhow::Result<Secret>;

/// Which database, as whom, by which driver. No option takes a password.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Connection")]
pub struct Options {
    /// The database: HOST[:PORT]/SERVICE, an alias of tnsnames.ora, or a connect descriptor
    ///
    /// Without it: the instance of this host that --oracle-sid or ORACLE_SID names, by --driver oci or sqlplus.
    #[arg(value_name = "TARGET", value_parser = without_password, value_hint = ValueHint::Other)]
    pub target: Option<String>,

    /// Log in as this user; without it as whoever the operating system or a client's wallet says
    ///
    /// The password comes from --password-from, or stands as `password` in the secrets of the --config file.
    #[arg(short, long, value_name = "NAME", value_hint = ValueHint::Other)]
    pub user: Option<String>,

    /// Where the password is: file:PATH, credential:NAME or fd:N
    #[arg(long, value_name = "SOURCE", requires = "user", value_hint = ValueHint::Other)]
    pub password_from: Option<SecretSource>,

    /// How to get there: auto, thin, oci or sqlplus [default: auto]
    ///
    /// thin needs no client and speaks to 12.1 and later. oci needs Oracle's client library, and also knows 11g password
    /// verifiers, native encryption, wallets and operating system authentication. sqlplus is for the database host.
    /// auto is oci where the library loads, else thin.
    #[arg(
        long,
        value_enum,
        value_name = "DRIVER",
        default_value_t,
        hide_default_value = true,
        hide_possible_values = true
    )]
    pub driver: Driver,

    /// Log in with an administrative privilege: sysdba, sysoper, sysbackup, sysdg, syskm or sysrac
    #[arg(long, value_enum, value_name = "ROLE", hide_possible_values = true, conflicts_with = "as_sysdba")]
    pub role: Option<Role>,

    /// The same as --role sysdba
    #[arg(long)]
    pub as_sysdba: bool,

    /// Look the alias up in this file
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub tnsnames: Option<PathBuf>,

    /// The folder of tnsnames.ora and sqlnet.ora [default: TNS_ADMIN]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub tns_admin: Option<PathBuf>,

    /// A wallet for TLS (ewallet.pem), driver thin; its password is the secret `wallet-password`
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub wallet: Option<PathBuf>,

    /// Where the password of --wallet is, if it has one: as --password-from
    #[arg(long, value_name = "SOURCE", requires = "wallet", value_hint = ValueHint::Other)]
    pub wallet_password_from: Option<SecretSource>,

    /// Where Oracle's client or database is installed, for oci and sqlplus [default: ORACLE_HOME]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub oracle_home: Option<PathBuf>,

    /// The instance on this host, for sqlplus [default: ORACLE_SID]
    #[arg(long, value_name = "SID", value_hint = ValueHint::Other)]
    pub oracle_sid: Option<String>,
}

/// A target holds no credentials: they would stand in the list of processes. What was given is not repeated.
fn without_password(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err("it is empty".to_owned());
    }
    if !text.starts_with('(') && text.contains('@') {
        return Err(
            "it has an '@': give the address alone, the user by --user, the password by --password-from".to_owned()
        );
    }
    if text.to_ascii_lowercase().contains("password") {
        return Err("it has a password in it, which every user of this host could see".to_owned());
    }
    Ok(text.to_owned())
}

impl Options {
    /// What is wrong with options that are each right but do not go together.
    ///
    /// # Errors
    /// In words for the one who typed them.
    pub fn validate(&self) -> Result<(), String> {
        let own = matches!(self.driver, Driver::Thin);
        if own && self.target.is_none() {
            return Err("--driver thin needs a TARGET".to_owned());
        }
        if own && self.user.is_none() {
            return Err("--driver thin needs --user: only oci and sqlplus log in without a password".to_owned());
        }
        if self.wallet.is_some() && matches!(self.driver, Driver::Oci | Driver::Sqlplus) {
            return Err(
                "--wallet is for --driver thin: for others sqlnet.ora names the wallet (--tns-admin)".to_owned()
            );
        }
        Ok(())
    }

    /// The log-in, with its secrets.
    ///
    /// # Errors
    /// When a secret cannot be had, or there is no such alias.
    pub fn login(&self, root: &Root, secret: Find<'_>) -> Result<Login, Failure> {
        let target = target::resolve(self, root).map_err(|why| Failure::unknown(anyhow!(why)))?;
        let who = match &self.user {
            Some(user) => Who::User { name: user.clone(), password: secret("password", self.password_from.as_ref())? },
            None => Who::External,
        };
        let wallet = self.wallet.as_ref().map(|folder| -> anyhow::Result<Wallet> {
            let source = self.wallet_password_from.as_ref();
            // A wallet need not have one; where its place is given, it must be there.
            let password = match (secret("wallet-password", source), source) {
                (Ok(password), _) => Some(password),
                (Err(_), None) => None,
                (Err(why), Some(_)) => return Err(why),
            };
            Ok(Wallet { folder: folder.clone(), password })
        });
        Ok(Login {
            target,
            who,
            role: self.role.or_else(|| self.as_sysdba.then_some(Role::Sysdba)),
            tns_admin: self.tns_admin.clone(),
            oracle_home: self.oracle_home.clone(),
            oracle_sid: self.oracle_sid.clone(),
            wallet: wallet.transpose()?,
        })
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser, Debug)]
    struct Command {
        #[command(flatten)]
        options: Options,
    }

    pub(in crate::oracle) fn parse(line: &str) -> Result<Options, String> {
        let words = std::iter::once("x").chain(line.split_whitespace());
        Command::try_parse_from(words).map(|command| command.options).map_err(|error| error.to_string())
    }

    #[test]
    fn a_login_of_options_and_secrets() {
        let options = parse("db1/kis -u monitor --driver thin --role sysdg --wallet /w").expect("right");
        assert_eq!(options.validate(), Ok(()));
        let login =
            options.login(&Root::default(), &|name, _| Ok(Secret::new(format!("t1ger-{name}")))).expect("a log-in");
        assert_eq!((login.target.as_str(), login.user(), login.role), ("db1/kis", "monitor", Some(Role::Sysdg)));
        let secrets: Vec<String> = login.secrets().iter().map(|secret| secret.expose().to_owned()).collect();
        assert_eq!(secrets, ["t1ger-password", "t1ger-wallet-password"]);
        assert!(!format!("{login:?} {options:?}").contains("t1ger"));
        assert!(options.login(&Root::default(), &|_, _| Err(anyhow!("no password"))).is_err());
        let external = parse("--as-sysdba")
            .expect("right")
            .login(&Root::default(), &|_, _| Err(anyhow!("not asked for")))
            .expect("none");
        assert_eq!((external.user(), external.role), ("/", Some(Role::Sysdba)));
    }

    #[test]
    fn what_does_not_go_together_or_would_be_seen() {
        for (line, why) in [
            ("monitor/t1ger@db1/kis -u x", "--password-from"),
            ("db1/kis?wallet_password=t1ger -u x", "every user of this host"),
            ("--password-from t1ger -u x", "never itself"),
            ("--as-sysdba --role sysdg", "cannot be used with"),
        ] {
            let said = parse(line).expect_err(line);
            let shown = said.lines().skip(1).collect::<String>();
            assert!(said.contains(why) && !shown.contains("t1ger"), "{said}");
        }
        for line in ["--driver thin -u x", "db1 --driver thin", "db1 --wallet /w --driver oci"] {
            assert!(parse(line).expect("each is right").validate().is_err(), "{line}");
        }
    }
}
