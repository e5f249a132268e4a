import { test } from 'tap';
import { OutputPace } from '../../server/output-pace.ts';

const kibibyte = 1024;
const windowBytes = 2048 * kibibyte;

/** A client of which the window is what it allows now, and a clock that it moves. */
function openPace() {
  let nowMs = 0;
  let openBytes = windowBytes;
  const pace = new OutputPace(windowBytes, () => nowMs);
  return {
    pace,
    /** Sends what may be sent of so much. @returns bytes */
    send(wantedBytes: number): number {
      const bytes = pace.share(wantedBytes, openBytes);
      openBytes -= bytes;
      if (bytes > 0) pace.sent(bytes, openBytes);
      return bytes;
    },
    /** After so many milliseconds the client opens its window again by so much. */
    gives(bytes: number, afterMs: number): void {
      nowMs += afterMs;
      openBytes += bytes;
      pace.received(openBytes);
    },
  };
}

test('a client that is near and opens its window often has at most 512 KiB under way', async (t) => {
  const { send, gives } = openPace();
  t.equal(send(128 * kibibyte), 128 * kibibyte);
  gives(128 * kibibyte, 1);
  t.equal(send(2000 * kibibyte), 512 * kibibyte);
  t.equal(send(1), 0);
  gives(100 * kibibyte, 1);
  t.equal(send(2000 * kibibyte), 96 * kibibyte, 'whole SSH packets');
});

test('a client that is far away gets all that its window allows', async (t) => {
  const { send, gives } = openPace();
  send(128 * kibibyte);
  gives(128 * kibibyte, 20);
  t.equal(send(4000 * kibibyte), windowBytes);
});

test('a client that opens its window after half of it gets all that it allows', async (t) => {
  const { send, gives } = openPace();
  t.equal(send(1024 * kibibyte), 1024 * kibibyte);
  gives(1024 * kibibyte, 1);
  t.equal(send(4000 * kibibyte), windowBytes);
});

test('a window of less than a packet is used', async (t) => {
  const { send, gives } = openPace();
  send(4000 * kibibyte);
  gives(100, 1);
  t.equal(send(4000 * kibibyte), 100);
});

test('a client that leaves us waiting gets all that its window allows, and after three times for good', async (t) => {
  const { pace, send, gives } = openPace();
  send(64 * kibibyte);
  gives(64 * kibibyte, 1);
  for (let time = 1; time <= 3; time += 1) {
    t.equal(send(4000 * kibibyte), 512 * kibibyte, `paced, time ${time}`);
    t.equal(send(4000 * kibibyte), 0);
    pace.disappointed();
    t.equal(send(4000 * kibibyte), windowBytes - 512 * kibibyte, `the rest of the window, time ${time}`);
    gives(windowBytes, 1);
    send(64 * kibibyte);
    gives(64 * kibibyte, 1);
  }
  t.equal(send(4000 * kibibyte), windowBytes);
});
