// The receiver of `bench hooks`, in a process of its own, so that its work is not taken for the gateway's or the client's.
// Answers every POST with 204. Tells its parent the port it listens on, and, when asked, how many it has taken.

import { createServer } from 'node:http';

let count = 0;
const server = createServer((request, response) => {
  request.resume().on('end', () => {
    count += 1;
    response.writeHead(204).end();
  });
});
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
process.on('message', () => process.send({ count }));
process.on('disconnect', () => process.exit());
