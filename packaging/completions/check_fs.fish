complete -c check_fs -s p -l path -d 'Judge the file system that holds this path, or is on this device' -r -F
complete -c check_fs -l include -d 'Judge only what fits: [mount:|device:|type:]GLOB, or ~REGEX' -r
complete -c check_fs -l exclude -d 'Leave out what fits; patterns as for --include' -r
complete -c check_fs -l group -d 'Judge the file systems whose mount points fit as one: data=/data*' -r
complete -c check_fs -l expect -d 'Be critical when nothing is mounted on exactly this path' -r -F
complete -c check_fs -l writable -d 'Be critical when a mount point that fits is mounted read-only' -r
complete -c check_fs -l magic -d 'Scale the limits of used and free by size: 1 not at all, 0.8 a good deal' -r
complete -c check_fs -l magic-size -d 'The size for which the limits of --magic are meant [default: 20GiB]' -r
complete -c check_fs -l hung -d 'State of a file system that does not answer or answers with an error [default: critical]' -r
complete -c check_fs -l hung-after -d 'How long a network or FUSE file system may take to answer [default: 5]' -r
complete -c check_fs -s w -l warning -d 'Warn outside a range: RANGE, METRIC=RANGE or METRIC@ITEM=RANGE' -r -f
complete -c check_fs -s c -l critical -d 'Be critical outside a range; RULE as for --warning' -r -f
complete -c check_fs -s t -l timeout -d 'Answer within this time [default: 10]' -r -f
complete -c check_fs -l output -d 'Write for this reader: nagios, json, prometheus, checkmk, xymon or nsca' -r -f -a "nagios\t''
json\t''
prometheus\t''
checkmk\t''
xymon\t''
nsca\t''"
complete -c check_fs -l host-name -d 'Name of the host in the formats that carry one [default: this host]' -r -f
complete -c check_fs -l service-name -d 'Name of the service in the formats that carry one [default: the check]' -r -f
complete -c check_fs -l lifetime -d 'Xymon only: how long the message is valid, such as 30m or 2h' -r -f
complete -c check_fs -l perfdata -d 'Metrics that become performance data: names or patterns, with commas between' -r -f
complete -c check_fs -l max-output -d 'Write at most this much, at least 512 bytes [default: 64KiB, the first line 8KiB]' -r -f
complete -c check_fs -l map -d 'Turn a state into another, such as unknown=warning' -r -f
complete -c check_fs -l state-dir -d 'Keep the memory between runs here' -r -f -a "(__fish_complete_directories)"
complete -c check_fs -l state-id -d 'Keep the memory of this use apart from others of the same check' -r -f
complete -c check_fs -l root -d 'Read /proc, /sys and /etc below DIR' -r -f -a "(__fish_complete_directories)"
complete -c check_fs -l config -d 'Take options from a TOML file; the command line wins' -r -F
complete -c check_fs -l section -d 'The section of --config that is read [default: the plugin\'s name]' -r -f
complete -c check_fs -l root-reserved -d 'Count the space that is kept for root as space that can be used'
complete -c check_fs -s v -l verbose -d 'Show more: -v all findings, -vv their values and limits, -vvv times'
complete -c check_fs -l quiet-ok -d 'Print nothing when OK: for cron, which mails what is printed'
complete -c check_fs -s h -l help -d 'Print help (see more with \'--help\')'
complete -c check_fs -s V -l version -d 'Print version'
