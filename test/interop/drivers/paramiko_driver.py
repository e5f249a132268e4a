# Does the commands that come on standard input with paramiko: host port user as arguments, the password in SFTP_PASSWORD.
import os
import sys

import paramiko

host, port, user = sys.argv[1], int(sys.argv[2]), sys.argv[3]
client = paramiko.SSHClient()
client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
client.connect(host, port, user, os.environ['SFTP_PASSWORD'], allow_agent=False, look_for_keys=False)
sftp = client.open_sftp()
for line in sys.stdin:
    kind, *names = line.split()
    if kind == 'put':
        sftp.put(names[0], names[1])
    elif kind == 'resume-put':
        with open(names[0], 'rb') as local, sftp.open(names[1], 'r+b') as remote:
            start = remote.stat().st_size
            local.seek(start)
            remote.seek(start)
            remote.set_pipelined(True)
            remote.write(local.read())
    elif kind == 'get':
        sftp.get(names[0], names[1])
    elif kind == 'list':
        print('\n'.join(sftp.listdir(names[0])))
    elif kind == 'rename':
        sftp.posix_rename(names[0], names[1])
client.close()
