import { test } from 'tap';
import { OutputPace } from '../../server/output-pace.ts';

const kibibyte = 1024;
const windowBytes = 2048 * kibibyte;

/** How late a client that is near, and one that is far away, answers, in milliseconds. */
const nearMs = 1;
const farMs = 20;

/** A client of which the window is what it allows now, and a clock that it moves. */
function openPace(fullBytes = windowBytes) {
  let nowMs = 0;
  let openBytes = fullBytes;
  const pace = new OutputPace(fullBytes, () => nowMs);
  const send = (wantedBytes: number) => {
    const bytes = pace.share(wantedBytes, openBytes);
    openBytes -= bytes;
    if (bytes > 0) pace.sent(bytes, openBytes);
    return bytes;
  };
  return {
    pace,
    /** Sends what may be sent of so much. @returns bytes */
    send,
    /** The client is sent VERSION, and says something after so many milliseconds. */
    greets(afterMs: number): void {
      send(100);
      nowMs += afterMs;
      pace.received(openBytes);
    },
    /** After so many milliseconds the client opens its window again by so much. */
    gives(bytes: number, afterMs: number): void {
      nowMs += afterMs;
      openBytes += bytes;
      pace.received(openBytes);
    },
  };
}

test('nobody is sent more than 512 KiB before it is known how far away it is', async (t) => {
  const { pace, send } = openPace();
  t.equal(send(4000 * kibibyte), 512 * kibibyte);
  t.equal(send(1), 0);
  pace.disappointed();
  t.equal(send(4000 * kibibyte), windowBytes - 512 * kibibyte, 'but who does not answer gets the rest');
});

test('a client that is near and opens its window often has at most 512 KiB under way', async (t) => {
  const { greets, send, gives } = openPace();
  greets(nearMs);
  t.equal(send(2000 * kibibyte), 512 * kibibyte - 32 * kibibyte, 'whole SSH packets');
  gives(100 * kibibyte, 1);
  t.equal(send(2000 * kibibyte), 128 * kibibyte);
  t.equal(send(2000 * kibibyte), 0);
  gives(100 * kibibyte, 40);
  t.equal(send(2000 * kibibyte), 96 * kibibyte, 'also when it is busy and late');
});

test('in a long transfer it has up to 1 MiB under way, once 64 MiB were sent', async (t) => {
  const { greets, send, gives } = openPace();
  greets(nearMs);
  const mebibyte = 1024 * kibibyte;
  let sent = send(2000 * kibibyte);
  for (; sent < 64 * mebibyte; sent += send(2000 * kibibyte)) gives(96 * kibibyte, 1);
  gives(96 * kibibyte, 1);
  const more = send(2000 * kibibyte);
  t.equal(more, (512 + 96) * kibibyte, 'half a mebibyte more than it gave back');
  t.equal(send(2000 * kibibyte), 0);
});

test('a client that was slow to greet is near as soon as what it was sent comes back fast', async (t) => {
  const { greets, send, gives } = openPace();
  greets(farMs);
  send(64 * kibibyte);
  gives(64 * kibibyte, nearMs);
  for (let time = 1; time <= 5; time += 1) {
    send(4000 * kibibyte);
    t.equal(send(4000 * kibibyte), 0, `time ${time}`);
    gives(128 * kibibyte, farMs);
  }
});

test('a client that is far away gets all that its window allows, once that is known', async (t) => {
  const { greets, send, gives } = openPace();
  greets(farMs);
  for (let time = 1; time <= 3; time += 1) {
    send(128 * kibibyte);
    gives(128 * kibibyte, farMs);
  }
  send(100);
  gives(200, farMs);
  t.equal(send(4000 * kibibyte), windowBytes);
});

test('a client that opens its window by much at once gets all that it allows', async (t) => {
  const { greets, send, gives } = openPace();
  greets(nearMs);
  send(512 * kibibyte - 100);
  gives(512 * kibibyte, nearMs);
  t.equal(send(4000 * kibibyte), windowBytes);
});

test('a window of less than a packet is used', async (t) => {
  const { send, gives } = openPace(1000);
  t.equal(send(4000 * kibibyte), 1000);
  gives(100, nearMs);
  t.equal(send(4000 * kibibyte), 100);
});

test('a client that leaves us waiting gets all that its window allows, and after three times for good', async (t) => {
  const { pace, send, gives } = openPace();
  send(64 * kibibyte);
  gives(64 * kibibyte, nearMs);
  for (let time = 1; time <= 3; time += 1) {
    t.equal(send(4000 * kibibyte), 512 * kibibyte, `paced, time ${time}`);
    t.equal(send(4000 * kibibyte), 0);
    pace.disappointed();
    t.equal(send(4000 * kibibyte), windowBytes - 512 * kibibyte, `the rest of the window, time ${time}`);
    gives(windowBytes, nearMs);
    send(64 * kibibyte);
    gives(64 * kibibyte, nearMs);
  }
  t.equal(send(4000 * kibibyte), windowBytes);
});
