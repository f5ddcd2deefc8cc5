# Reads perfdata with the parser that Perl plugins and graphers share, and prints each item's fields
# between tabs.
use strict;
use warnings;
use Monitoring::Plugin::Performance use_die => 1;

local $/;
for my $item (Monitoring::Plugin::Performance->parse_perfstring(<STDIN>)) {
    $item->threshold;    # dies on what is no range
    my @fields = map { $item->$_ } qw(label value uom warning critical min max);
    print join("\t", map { defined $_ ? $_ : '' } @fields), "\n";
}
