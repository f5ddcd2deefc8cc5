complete -c vitals_exporter -s c -l config -d 'Read the configuration from this TOML file' -r -F
complete -c vitals_exporter -l listen -d 'Listen here instead of where the configuration says; port 0 takes any free one' -r
complete -c vitals_exporter -l host-name -d 'The host that checks are about when they name none [default: this machine\'s name]' -r
complete -c vitals_exporter -l insecure -d 'Listen on an address that other machines reach, without TLS and without a password'
complete -c vitals_exporter -l check-config -d 'Say whether the configuration is good, and end'
complete -c vitals_exporter -l print-config -d 'Print the configuration as it takes effect, templates and includes resolved, and end'
complete -c vitals_exporter -l once -d 'Run every check once, print the results, and end with the worst state as exit code'
complete -c vitals_exporter -s h -l help -d 'Print help (see more with \'--help\')'
complete -c vitals_exporter -s V -l version -d 'Print version'
