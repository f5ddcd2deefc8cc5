complete -c check_procs -l expect -d 'Expect processes: NAME: FIELD=VALUE... METRIC=RANGE...' -r
complete -c check_procs -s C -l command -d 'Select by name; * and ? stand for any characters' -r
complete -c check_procs -s a -l argument-array -d 'Select processes whose command line contains TEXT' -r
complete -c check_procs -l ereg-argument-array -d 'Select processes whose command line fits REGEX' -r
complete -c check_procs -s u -l user -d 'Select by effective user, a name or a number' -r
complete -c check_procs -s s -l state -d 'Select by state: any of these letters, such as D or Z' -r
complete -c check_procs -l runaway -d 'Warn of a process that uses a whole core for TIME; 0 for never' -r
complete -c check_procs -l restart-window -d 'How long a replaced process counts as a restart [default: 15min]' -r
complete -c check_procs -s w -l warning -d 'Warn outside a range: RANGE, METRIC=RANGE or METRIC@ITEM=RANGE' -r -f
complete -c check_procs -s c -l critical -d 'Be critical outside a range; RULE as for --warning' -r -f
complete -c check_procs -s t -l timeout -d 'Answer within this time [default: 10]' -r -f
complete -c check_procs -l output -d 'Write for this reader: nagios, json, prometheus, checkmk, xymon or nsca' -r -f -a "nagios\t''
json\t''
prometheus\t''
checkmk\t''
xymon\t''
nsca\t''"
complete -c check_procs -l host-name -d 'Name of the host in the formats that carry one [default: this host]' -r -f
complete -c check_procs -l service-name -d 'Name of the service in the formats that carry one [default: the check]' -r -f
complete -c check_procs -l lifetime -d 'Xymon only: how long the message is valid, such as 30m or 2h' -r -f
complete -c check_procs -l perfdata -d 'Metrics that become performance data: names or patterns, with commas between' -r -f
complete -c check_procs -l max-output -d 'Write at most this much, at least 512 bytes [default: 64KiB, the first line 8KiB]' -r -f
complete -c check_procs -l map -d 'Turn a state into another, such as unknown=warning' -r -f
complete -c check_procs -l state-dir -d 'Keep the memory between runs here' -r -f -a "(__fish_complete_directories)"
complete -c check_procs -l state-id -d 'Keep the memory of this use apart from others of the same check' -r -f
complete -c check_procs -l root -d 'Read /proc, /sys and /etc below DIR' -r -f -a "(__fish_complete_directories)"
complete -c check_procs -l config -d 'Take options from a TOML file; the command line wins' -r -F
complete -c check_procs -l section -d 'The section of --config that is read [default: the plugin\'s name]' -r -f
complete -c check_procs -l kernel-threads -d 'Count the kernel\'s own threads too'
complete -c check_procs -s v -l verbose -d 'Show more: -v all findings, -vv their values and limits, -vvv times'
complete -c check_procs -l quiet-ok -d 'Print nothing when OK: for cron, which mails what is printed'
complete -c check_procs -s h -l help -d 'Print help (see more with \'--help\')'
complete -c check_procs -s V -l version -d 'Print version'
