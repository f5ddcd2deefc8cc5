complete -c check_listener -l service -d 'Ask for this service too: is it registered, and has it a handler?' -r
complete -c check_listener -l sid -d 'Ask for this SID too; as --service' -r
complete -c check_listener -l dead-address -d 'State of an address that fails while another of its failover list answers [default: warning]' -r
complete -c check_listener -l tnsnames -d 'Read the aliases from this file' -r -F
complete -c check_listener -l tns-admin -d 'Read tnsnames.ora and sqlnet.ora in this folder' -r -f -a "(__fish_complete_directories)"
complete -c check_listener -l ca-file -d 'Trust the certificates in this file of PEM, instead of those that the machine trusts' -r -F
complete -c check_listener -s w -l warning -d 'Warn outside a range: RANGE, METRIC=RANGE or METRIC@ITEM=RANGE' -r -f
complete -c check_listener -s c -l critical -d 'Be critical outside a range; RULE as for --warning' -r -f
complete -c check_listener -s t -l timeout -d 'Answer within this time [default: 10]' -r -f
complete -c check_listener -l output -d 'Write for this reader: nagios, json, prometheus, checkmk, xymon or nsca' -r -f -a "nagios\t''
json\t''
prometheus\t''
checkmk\t''
xymon\t''
nsca\t''"
complete -c check_listener -l host-name -d 'Name of the host in the formats that carry one [default: this host]' -r -f
complete -c check_listener -l service-name -d 'Name of the service in the formats that carry one [default: the check]' -r -f
complete -c check_listener -l lifetime -d 'Xymon only: how long the message is valid, such as 30m or 2h' -r -f
complete -c check_listener -l perfdata -d 'Metrics that become performance data: names or patterns, with commas between' -r -f
complete -c check_listener -l max-output -d 'Write at most this much, at least 512 bytes [default: 64KiB, the first line 8KiB]' -r -f
complete -c check_listener -l map -d 'Turn a state into another, such as unknown=warning' -r -f
complete -c check_listener -l state-dir -d 'Keep the memory between runs here' -r -f -a "(__fish_complete_directories)"
complete -c check_listener -l state-id -d 'Keep the memory of this use apart from others of the same check' -r -f
complete -c check_listener -l root -d 'Read /proc, /sys and /etc below DIR' -r -f -a "(__fish_complete_directories)"
complete -c check_listener -l config -d 'Take options from a TOML file; the command line wins' -r -F
complete -c check_listener -l section -d 'The section of --config that is read [default: the plugin\'s name]' -r -f
complete -c check_listener -l ask-service -d 'Ask for the service or the SID that the target itself names; as --service'
complete -c check_listener -l ask-version -d 'Ask for the version where the ping does not tell it'
complete -c check_listener -l every-ip -d 'Judge every address of a host\'s name by itself'
complete -c check_listener -l tls-no-verify -d 'Believe any certificate: whoever sits in between can answer for the listener'
complete -c check_listener -s v -l verbose -d 'Show more: -v all findings, -vv their values and limits, -vvv times'
complete -c check_listener -l quiet-ok -d 'Print nothing when OK: for cron, which mails what is printed'
complete -c check_listener -s h -l help -d 'Print help (see more with \'--help\')'
complete -c check_listener -s V -l version -d 'Print version'
