import { test } from 'tap';
import { answerSegments, oneFault, onlyInterchange, validate } from './support/validate.ts';

const VALID = oneFault('p-00-valid');

/** The IK3 and IK4 that the answer holds after some edits. */
function told(...edits: readonly (readonly [string, string])[]): string[] {
  let text = VALID;
  for (const [from, to] of edits) {
    if (!text.includes(from)) throw new Error(`there is no ${from}`);
    text = text.replace(from, to);
  }
  return answerSegments(onlyInterchange(validate(text))).filter((segment) => /^IK[34]/.test(segment));
}

/** A second subscriber with the claim of the first, numbered as told. */
function twoSubscribers(first: string, second: string): string[] {
  const from = VALID.indexOf('HL*2*1');
  const to = VALID.indexOf('SE*34');
  const subscriber = VALID.slice(from, to);
  const text = `${VALID.slice(0, from)}${subscriber.replace('HL*2*', `HL*${first}*`)}${subscriber.replace('HL*2*', `HL*${second}*`)}${VALID.slice(to).replace('SE*34', 'SE*56')}`;
  return answerSegments(onlyInterchange(validate(text))).filter((segment) => /^IK[34]/.test(segment));
}

test('one line with a wrong number is one finding, however the numbers go on', async (t) => {
  t.same(told(['LX*3~', 'LX*4~']), ['IK3*LX*28*2400*8', 'IK4*1*554*7*4']);
  t.same(told(['LX*3~', 'LX*4~'], ['LX*4~\nSV1*HC:86663', 'LX*5~\nSV1*HC:86663']), [
    'IK3*LX*28*2400*8',
    'IK4*1*554*7*4',
  ]);
  t.same(told(['LX*3~', 'LX*2~']), ['IK3*LX*28*2400*8', 'IK4*1*554*7*2']);
  t.same(told(['LX*1~', 'LX*7~']), ['IK3*LX*22*2400*8', 'IK4*1*554*7*7']);
});

test('one level with a wrong number is one finding, however the numbers go on', async (t) => {
  t.same(twoSubscribers('2', '3'), []);
  t.same(twoSubscribers('5', '3'), ['IK3*HL*12*2000*8', 'IK4*1*628*7*5']);
  t.same(twoSubscribers('5', '6'), ['IK3*HL*12*2000*8', 'IK4*1*628*7*5']);
  t.same(twoSubscribers('2', '2'), ['IK3*HL*34*2000*8', 'IK4*1*628*7*2']);
  t.same(told(['HL*1**20*1', 'HL*4**20*1']), ['IK3*HL*6*2000*8', 'IK4*1*628*7*4']);
});
