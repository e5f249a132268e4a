# Does the commands that come on standard input with Net::SFTP::Foreign over OpenSSH's ssh: host port user as arguments;
# ssh asks for the password through SSH_ASKPASS.
use strict;
use warnings;
use Net::SFTP::Foreign;

my ($host, $port, $user) = @ARGV;
my @options = map { ('-o', $_) } qw(StrictHostKeyChecking=no UserKnownHostsFile=/dev/null NumberOfPasswordPrompts=1
    PreferredAuthentications=password LogLevel=ERROR);
my $sftp = Net::SFTP::Foreign->new(host => $host, port => $port, user => $user, more => ['-F', '/dev/null', @options]);
$sftp->die_on_error('sign-in');
while (my $line = <STDIN>) {
    my ($kind, @names) = split ' ', $line;
    if ($kind eq 'put') { $sftp->put($names[0], $names[1]) }
    elsif ($kind eq 'resume-put') { $sftp->put($names[0], $names[1], resume => 1) }
    elsif ($kind eq 'get') { $sftp->get($names[0], $names[1]) }
    elsif ($kind eq 'list') { print map { "$_->{filename}\n" } @{ $sftp->ls($names[0]) || [] } }
    elsif ($kind eq 'rename') { $sftp->rename($names[0], $names[1]) }
    $sftp->die_on_error($kind);
}
