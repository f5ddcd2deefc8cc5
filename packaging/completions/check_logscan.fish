complete -c check_logscan -l critical-pattern -d 'A line that matches is critical' -r -f
complete -c check_logscan -l warning-pattern -d 'A line that matches is a warning' -r -f
complete -c check_logscan -l ok-pattern -d 'A line that matches ends the events of the other patterns' -r -f
complete -c check_logscan -l ignore -d 'A line that matches is passed over, whatever else it matches' -r -f
complete -c check_logscan -l rule -d 'A rule: NAME: LEVEL /REGEX/... "TEXT"... except=/REGEX/ hold=TIME count=N within=TIME' -r -f
complete -c check_logscan -l rules -d 'Rules from a TOML file, a [[rule]] for each; vitals-logscan(7) describes it' -r -F
complete -c check_logscan -l record-start -d 'Judge records of several lines: each begins with a line that matches, such as \'^\\d{4}-\' before a stack trace' -r -f
complete -c check_logscan -l preset -d 'Rules for a common log: java, oracle-alert, errpt, ..., see vitals-logscan(7)' -r -f -a "errpt\t''
java\t''
kernel-hardware\t''
oracle-alert\t''
postgresql\t''
syslog-auth\t''
websphere-mq\t''"
complete -c check_logscan -l hold -d 'How long an event stays a state [default: 15min]' -r
complete -c check_logscan -l tail -d 'Judge the last N lines of each log at every run, and remember no place' -r
complete -c check_logscan -l since -d 'Judge what was written in the last TIME at every run, by the times in the lines, and remember no place' -r
complete -c check_logscan -l time-format -d 'How the times in the lines are written, as in strptime: \'%m/%d/%y %H:%M:%S\' [default: all usual ways]' -r -f
complete -c check_logscan -l rotated -d 'Where rotated files are that lie elsewhere or have other names: a pattern with * and ?' -r -f
complete -c check_logscan -l encoding -d 'Encoding of the logs: auto, utf-8, latin1, utf-16le, utf-16be [default: auto]' -r -f
complete -c check_logscan -l missing -d 'State of a log that is missing or cannot be read: ok, warning, critical, unknown [default: unknown]' -r -f
complete -c check_logscan -l most-bytes -d 'Read about this much in one run at most [default: 4GiB]; the rest is read by the next' -r
complete -c check_logscan -l longest-line -d 'Keep at most this much of a line [default: 64KiB]' -r
complete -c check_logscan -l reset -d 'End what is held of the rules of this name (with * and ?), and read nothing' -r
complete -c check_logscan -s w -l warning -d 'Warn outside a range: RANGE, METRIC=RANGE or METRIC@ITEM=RANGE' -r -f
complete -c check_logscan -s c -l critical -d 'Be critical outside a range; RULE as for --warning' -r -f
complete -c check_logscan -s t -l timeout -d 'Answer within this time [default: 10]' -r -f
complete -c check_logscan -l output -d 'Write for this reader: nagios, json, prometheus, checkmk, xymon or nsca' -r -f -a "nagios\t''
json\t''
prometheus\t''
checkmk\t''
xymon\t''
nsca\t''"
complete -c check_logscan -l host-name -d 'Name of the host in the formats that carry one [default: this host]' -r -f
complete -c check_logscan -l service-name -d 'Name of the service in the formats that carry one [default: the check]' -r -f
complete -c check_logscan -l lifetime -d 'Xymon only: how long the message is valid, such as 30m or 2h' -r -f
complete -c check_logscan -l perfdata -d 'Metrics that become performance data: names or patterns, with commas between' -r -f
complete -c check_logscan -l max-output -d 'Write at most this much, at least 512 bytes [default: 64KiB, the first line 8KiB]' -r -f
complete -c check_logscan -l map -d 'Turn a state into another, such as unknown=warning' -r -f
complete -c check_logscan -l state-dir -d 'Keep the memory between runs here' -r -f -a "(__fish_complete_directories)"
complete -c check_logscan -l state-id -d 'Keep the memory of this use apart from others of the same check' -r -f
complete -c check_logscan -l root -d 'Read /proc, /sys and /etc below DIR' -r -f -a "(__fish_complete_directories)"
complete -c check_logscan -l config -d 'Take options from a TOML file; the command line wins' -r -F
complete -c check_logscan -l section -d 'The section of --config that is read [default: the plugin\'s name]' -r -f
complete -c check_logscan -l fixed -d 'The patterns of these options are texts as they stand, not regular expressions'
complete -c check_logscan -l ignore-case -d 'The patterns of these options match upper and lower case alike'
complete -c check_logscan -l whole -d 'Judge the whole of each log at every run, and remember no place'
complete -c check_logscan -l from-start -d 'At the first run read what is already there, not only what comes'
complete -c check_logscan -l status -d 'Show what is held and what is counted, and read nothing'
complete -c check_logscan -l dry-run -d 'Read and judge, but remember nothing: the next run reads the same'
complete -c check_logscan -l try -d 'Show which rule takes which line of the logs as they are, and remember nothing'
complete -c check_logscan -s v -l verbose -d 'Show more: -v all findings, -vv their values and limits, -vvv times'
complete -c check_logscan -l quiet-ok -d 'Print nothing when OK: for cron, which mails what is printed'
complete -c check_logscan -s h -l help -d 'Print help (see more with \'--help\')'
complete -c check_logscan -s V -l version -d 'Print version'
