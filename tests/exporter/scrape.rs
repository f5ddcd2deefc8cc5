//! The text of a scrape.

pub struct Scrape(pub String);

impl Scrape {
    /// The values of the series of this name with these labels.
    pub fn all(&self, name: &str, labels: &[(&str, &str)]) -> Vec<f64> {
        let fits = |line: &&str| {
            let rest = line.strip_prefix(name);
            let named = rest.is_some_and(|rest| rest.starts_with('{') || rest.starts_with(' '));
            named && labels.iter().all(|(label, value)| line.contains(&format!("{label}=\"{value}\"")))
        };
        let value = |line: &str| line.rsplit(' ').next()?.parse().ok();
        self.0.lines().filter(fits).filter_map(value).collect()
    }

    /// The one value of this name.
    pub fn one(&self, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
        let all = self.all(name, labels);
        assert!(all.len() <= 1, "{name} {labels:?}: {all:?}");
        all.first().copied()
    }

    /// A metric `vitals_check_…` of one check.
    pub fn of(&self, check: &str, metric: &str) -> Option<f64> {
        self.one(&format!("vitals_check_{metric}"), &[("service", check)])
    }

    /// Finished runs of a check.
    pub fn runs(&self, check: &str) -> f64 {
        self.all("vitals_check_runs_total", &[("service", check)]).iter().sum()
    }

    /// A metric `vitals_exporter_…`.
    pub fn own(&self, metric: &str) -> f64 {
        self.one(&format!("vitals_exporter_{metric}"), &[]).unwrap_or_else(|| panic!("no {metric}:\n{}", self.0))
    }
}
