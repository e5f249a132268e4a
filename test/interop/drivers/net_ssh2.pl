# Does the commands that come on standard input with Net::SSH2 (libssh2): host port user as arguments, the password in
# SFTP_PASSWORD.
use strict;
use warnings;
use Fcntl qw(O_WRONLY O_RDWR O_CREAT O_TRUNC O_RDONLY);
use Net::SSH2;

my ($host, $port, $user) = @ARGV;
my $ssh = Net::SSH2->new();
$ssh->connect($host, $port) or die 'connect';
$ssh->auth_password($user, $ENV{SFTP_PASSWORD}) or die 'password refused';
my $sftp = $ssh->sftp() or die 'sftp';
while (my $line = <STDIN>) {
    my ($kind, @names) = split ' ', $line;
    if ($kind eq 'put' || $kind eq 'resume-put') {
        my $resume = $kind eq 'resume-put';
        my $remote = $sftp->open($names[1], $resume ? O_RDWR : O_WRONLY | O_CREAT | O_TRUNC) or die "open $names[1]";
        my $start = $resume ? $remote->stat()->{size} : 0;
        open my $local, '<:raw', $names[0] or die $!;
        seek $local, $start, 0;
        $remote->seek($start);
        local $/;
        my $bytes = <$local>;
        while (length $bytes) {
            my $count = $remote->write($bytes);
            die 'write' unless defined $count && $count > 0;
            substr $bytes, 0, $count, '';
        }
    } elsif ($kind eq 'get') {
        my $remote = $sftp->open($names[0], O_RDONLY) or die "open $names[0]";
        open my $local, '>:raw', $names[1] or die $!;
        while ($remote->read(my $bytes, 32768)) { print {$local} $bytes }
        close $local or die $!;
    } elsif ($kind eq 'list') {
        my $folder = $sftp->opendir($names[0]) or die "opendir $names[0]";
        while (my %entry = $folder->read()) { print "$entry{name}\n" }
    } elsif ($kind eq 'rename') {
        $sftp->rename($names[0], $names[1]) or die "rename $names[0]";
    }
}
