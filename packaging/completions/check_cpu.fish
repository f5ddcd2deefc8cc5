complete -c check_cpu -l for -d 'Alert only when a limit has been crossed for this long' -r
complete -c check_cpu -l sample -d 'Measure over this time instead of since the previous run' -r
complete -c check_cpu -s w -l warning -d 'Warn outside a range: RANGE, METRIC=RANGE or METRIC@ITEM=RANGE' -r -f
complete -c check_cpu -s c -l critical -d 'Be critical outside a range; RULE as for --warning' -r -f
complete -c check_cpu -s t -l timeout -d 'Answer within this time [default: 10]' -r -f
complete -c check_cpu -l output -d 'Write for this reader: nagios, json, prometheus, checkmk, xymon or nsca' -r -f -a "nagios\t''
json\t''
prometheus\t''
checkmk\t''
xymon\t''
nsca\t''"
complete -c check_cpu -l host-name -d 'Name of the host in the formats that carry one [default: this host]' -r -f
complete -c check_cpu -l service-name -d 'Name of the service in the formats that carry one [default: the check]' -r -f
complete -c check_cpu -l lifetime -d 'Xymon only: how long the message is valid, such as 30m or 2h' -r -f
complete -c check_cpu -l perfdata -d 'Metrics that become performance data: names or patterns, with commas between' -r -f
complete -c check_cpu -l max-output -d 'Write at most this much, at least 512 bytes [default: 64KiB, the first line 8KiB]' -r -f
complete -c check_cpu -l map -d 'Turn a state into another, such as unknown=warning' -r -f
complete -c check_cpu -l state-dir -d 'Keep the memory between runs here' -r -f -a "(__fish_complete_directories)"
complete -c check_cpu -l state-id -d 'Keep the memory of this use apart from others of the same check' -r -f
complete -c check_cpu -l root -d 'Read /proc, /sys and /etc below DIR' -r -f -a "(__fish_complete_directories)"
complete -c check_cpu -l config -d 'Take options from a TOML file; the command line wins' -r -F
complete -c check_cpu -l section -d 'The section of --config that is read [default: the plugin\'s name]' -r -f
complete -c check_cpu -l per-core -d 'Report each processor too'
complete -c check_cpu -s v -l verbose -d 'Show more: -v all findings, -vv their values and limits, -vvv times'
complete -c check_cpu -l quiet-ok -d 'Print nothing when OK: for cron, which mails what is printed'
complete -c check_cpu -s h -l help -d 'Print help (see more with \'--help\')'
complete -c check_cpu -s V -l version -d 'Print version'
