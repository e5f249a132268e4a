# Does the commands that come on standard input with asyncssh: host port user as arguments, the password in SFTP_PASSWORD.
import asyncio
import os
import sys

import asyncssh


async def main():
    host, port, user = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    async with asyncssh.connect(host, port, username=user, password=os.environ['SFTP_PASSWORD'],
                                known_hosts=None, client_keys=None, agent_path=None) as connection:
        async with connection.start_sftp_client() as sftp:
            for line in sys.stdin:
                await do(sftp, *line.split())


async def do(sftp, kind, *names):
    if kind == 'put':
        await sftp.put(names[0], names[1])
    elif kind == 'resume-put':
        async with sftp.open(names[1], asyncssh.FXF_WRITE | asyncssh.FXF_READ, encoding=None) as remote:
            start = (await remote.stat()).size
            with open(names[0], 'rb') as local:
                local.seek(start)
                await remote.write(local.read(), start)
    elif kind == 'get':
        await sftp.get(names[0], names[1])
    elif kind == 'list':
        print('\n'.join(await sftp.listdir(names[0])))
    elif kind == 'rename':
        await sftp.rename(names[0], names[1])


asyncio.run(main())
