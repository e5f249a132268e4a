// What the page ticks off while one types is what the server judges by.

import fc from 'fast-check';
import { test } from 'tap';
import { commonWords } from '../../auth/common-words.ts';
import { passwordChecks, whyPasswordRefused } from '../../auth/password-policy.ts';

const context = { userId: 'ada.lovelace', firstName: 'Ada', lastName: 'Lovelace' };
const names = Object.values(context).map((name) => name.toLowerCase());

/** What the page's script does (portal/script-text.ts). */
function allTicked(policy: Parameters<typeof passwordChecks>[0], typed: string): boolean {
  const password = typed.normalize('NFC');
  const lower = password.toLowerCase();
  return passwordChecks(policy).every(({ needs, forbids, forbidsNames }) => {
    if (needs !== undefined) return new RegExp(needs, 'su').test(password);
    if (forbids !== undefined) return !new RegExp(forbids, 'su').test(lower);
    return forbidsNames === undefined || !names.some((name) => lower.includes(name));
  });
}

const piece = fc.oneof(
  fc.constantFrom(...commonWords, ...names, 'abc', '321', 'zzz', 'Copper', 'Heron', '7', '-', 'Ünï', ' '),
  fc.string({ unit: 'grapheme', maxLength: 6 }),
);

for (const policy of ['myncid', 'ncid-classic'] as const) {
  test(`under ${policy} every rule is ticked off exactly when the server takes the password`, (t) => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const password = pieces.join('');
        // The server alone looks for control characters: no keyboard types them into a field.
        // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for.
        fc.pre(!/[\u0000-\u001f\u007f\u2028\u2029]/.test(password));
        const taken = whyPasswordRefused({ policy, password, context }).length === 0;
        return allTicked(policy, password) === taken;
      }),
      { numRuns: 2000 },
    );
    t.ok(allTicked(policy, 'Copper-Heron-7-Lake'));
    t.notOk(allTicked(policy, 'Copper-Heron-123-Lake'));
    t.end();
  });
}
