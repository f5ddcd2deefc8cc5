//! What a certificate says of itself.

use rustls::pki_types::CertificateDer;
use x509_cert::der::asn1::{Ia5StringRef, PrintableStringRef, TeletexStringRef, Utf8StringRef};
use x509_cert::der::{Decode as _, Encode as _, Tagged as _};
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::name::Name;
use x509_cert::{Certificate, attr::AttributeTypeAndValue};

/// Names of one certificate that are kept.
const MOST_NAMES: usize = 16;

/// The facts of a certificate.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// Seconds since 1970 from which it counts, and until when.
    pub valid: Option<(f64, f64)>,
    /// The distinguished name of its owner, the most particular part first.
    pub subject: String,
    /// Who has signed it.
    pub issuer: String,
    /// Its common names.
    pub common_names: Vec<String>,
    /// The names of hosts that it is for.
    pub dns_names: Vec<String>,
}

impl Facts {
    /// Reads a certificate; one of another form has no facts.
    #[must_use]
    pub fn read(der: &CertificateDer<'_>) -> Option<Self> {
        let certificate = Certificate::from_der(der).ok()?.tbs_certificate;
        let seconds = |time: x509_cert::time::Time| time.to_unix_duration().as_secs_f64();
        let validity = certificate.validity;
        let names = match certificate.get::<SubjectAltName>() {
            Ok(Some((_, SubjectAltName(names)))) => names,
            _ => Vec::new(),
        };
        let dns = names.into_iter().filter_map(|name| match name {
            GeneralName::DnsName(name) => Some(name.as_str().to_owned()),
            _ => None,
        });
        let parts = parts(&certificate.subject);
        let common = parts.iter().filter(|(name, _)| name == "CN").map(|(_, value)| value.clone());
        Some(Self {
            valid: Some((seconds(validity.not_before), seconds(validity.not_after))),
            subject: certificate.subject.to_string(),
            issuer: certificate.issuer.to_string(),
            common_names: common.take(MOST_NAMES).collect(),
            dns_names: dns.take(MOST_NAMES).collect(),
        })
    }

    /// Whether one of its names is this host's, `*` for one label; Oracle's clients take the common name as well.
    #[must_use]
    pub fn is_for(&self, host: &str) -> bool {
        self.dns_names.iter().chain(&self.common_names).any(|name| fits(name, host))
    }

    /// The names that it is for, for a person.
    #[must_use]
    pub fn names(&self) -> String {
        let names = if self.dns_names.is_empty() { &self.common_names } else { &self.dns_names };
        if names.is_empty() { self.subject.clone() } else { names.join(", ") }
    }

    /// Whether its owner has this distinguished name: the same parts, in any order and case of their types.
    #[must_use]
    pub fn is_named(&self, wanted: &str) -> bool {
        let sorted = |text: &str| {
            let mut parts: Vec<(String, String)> = split(text);
            parts.sort();
            parts
        };
        let wanted = sorted(wanted);
        !wanted.is_empty() && wanted == sorted(&self.subject)
    }
}

/// `*.klinik.example` stands for one label in front.
fn fits(pattern: &str, host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    match pattern.strip_prefix("*.") {
        Some(rest) => host.split_once('.').is_some_and(|(_, domain)| domain.eq_ignore_ascii_case(rest)),
        None => pattern.eq_ignore_ascii_case(host),
    }
}

/// The parts of a name: type and value.
fn parts(name: &Name) -> Vec<(String, String)> {
    let all = name.0.iter().flat_map(|set| set.0.iter());
    all.filter_map(|part| Some((split(&part.to_string()).pop()?.0, value(part)?))).collect()
}

fn value(part: &AttributeTypeAndValue) -> Option<String> {
    let any = &part.value;
    let _ = any.tag();
    let der = any.to_der().ok()?;
    let utf8 = Utf8StringRef::from_der(&der).map(|s| s.as_str().to_owned());
    let printable = || PrintableStringRef::from_der(&der).map(|s| s.as_str().to_owned());
    let teletex = || TeletexStringRef::from_der(&der).map(|s| s.as_str().to_owned());
    let ia5 = || Ia5StringRef::from_der(&der).map(|s| s.as_str().to_owned());
    utf8.or_else(|_| printable()).or_else(|_| teletex()).or_else(|_| ia5()).ok()
}

/// The parts of a written name, divided by commas that stand neither in quotes nor behind a backslash.
fn split(text: &str) -> Vec<(String, String)> {
    let (mut parts, mut part, mut quoted, mut escaped) = (Vec::new(), String::new(), false, false);
    for c in text.chars().chain([',']) {
        match c {
            _ if escaped => {
                part.push(c);
                escaped = false;
            }
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            ',' | '+' if !quoted => {
                if let Some((name, value)) = part.split_once('=') {
                    parts.push((name.trim().to_ascii_uppercase(), value.trim().to_owned()));
                }
                part.clear();
            }
            c => part.push(c),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_and_names() {
        let facts = Facts {
            dns_names: vec!["*.klinik.example".into()],
            common_names: vec!["DB1".into()],
            subject: "CN=DB1,OU=a\\, b,O=Klinik,C=DE".into(),
            ..Facts::default()
        };
        for (host, fits) in
            [("db1", true), ("x.klinik.example", true), ("a.b.klinik.example", false), ("klinik.example", false)]
        {
            assert_eq!(facts.is_for(host), fits, "{host}");
        }
        assert!(facts.is_named("C=DE, O=Klinik, ou=\"a, b\", cn=DB1"));
        assert!(!facts.is_named("CN=DB1,O=Klinik") && !facts.is_named(""));
        assert_eq!(facts.names(), "*.klinik.example");
    }

    #[test]
    fn what_is_no_certificate_has_no_facts() {
        assert_eq!(Facts::read(&CertificateDer::from(vec![0x30, 3, 1, 2, 3])), None);
    }
}
