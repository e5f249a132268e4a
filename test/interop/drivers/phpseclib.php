<?php
// Does the commands that come on standard input with phpseclib 3: host port user as arguments, the password in
// SFTP_PASSWORD.
require_once 'phpseclib3/autoload.php';

use phpseclib3\Net\SFTP;

[, $host, $port, $user] = $argv;
$sftp = new SFTP($host, (int) $port);
if (!$sftp->login($user, getenv('SFTP_PASSWORD'))) {
    fwrite(STDERR, "password refused\n");
    exit(1);
}
while (($line = fgets(STDIN)) !== false) {
    [$kind, $first, $second] = array_pad(explode(' ', trim($line)), 3, '');
    $done = match ($kind) {
        'put' => $sftp->put($second, $first, SFTP::SOURCE_LOCAL_FILE),
        // Its own RESUME takes the local file from the start; both offsets are given instead.
        'resume-put' => $sftp->put($second, $first, SFTP::SOURCE_LOCAL_FILE, $sftp->filesize($second), $sftp->filesize($second)),
        'get' => $sftp->get($first, $second),
        'list' => ($names = $sftp->nlist($first)) !== false && print(implode("\n", $names) . "\n"),
        'rename' => $sftp->rename($first, $second),
    };
    if ($done === false) {
        fwrite(STDERR, "$kind: " . $sftp->getLastSFTPError() . "\n");
        exit(1);
    }
}
