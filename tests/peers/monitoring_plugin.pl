# What Perl's Monitoring::Plugin, the reference of most plugin authors, makes of our grammar. One question a
# line: "R<tab>range<tab>value" is answered by 1 (alert), 0 or - (no range); "P<tab>performance data" by the
# items between \x1e, their fields between \x1f.
use strict;
use warnings;
use Monitoring::Plugin::Performance;
use Monitoring::Plugin::Range;

local $SIG{__WARN__} = sub { };    # it complains of each range that is none
while (my $line = <STDIN>) {
    chomp $line;
    my ($kind, $text, $value) = split /\t/, $line, -1;
    if ($kind eq 'R') {
        my $range = Monitoring::Plugin::Range->parse_range_string($text);
        print defined $range ? ($range->check_range($value) ? 1 : 0) : '-', "\n";
    } else {
        my @items = Monitoring::Plugin::Performance->parse_perfstring($text);
        print join("\x1e", map {
            my $item = $_;
            join("\x1f", map { my $field = $item->$_; defined $field ? $field : '' }
                qw(label value uom warning critical min max))
        } @items), "\n";
    }
}
