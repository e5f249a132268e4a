import { readFileSync } from 'node:fs';
import { test } from 'tap';
import { defaultProfile, strictProfile } from '../../edi/profile.ts';
import { RULE_FACTS, type RuleId } from '../../edi/rule-facts.ts';
import { createRulePolicy } from '../../edi/rule-policy.ts';
import { RULE_WORDS } from '../../edi/rule-words.ts';

test('docs/edi-rules.md has every rule with its SNIP type and severities, and no other', async (t) => {
  const text = readFileSync(new URL('../../docs/edi-rules.md', import.meta.url), 'utf8');
  const table = text.split('\n').filter((line) => line.startsWith('| `'));
  const documented = table.map((line) => line.split('|').map((cell) => cell.trim()));
  const [byDefault, strict] = [createRulePolicy(defaultProfile), createRulePolicy(strictProfile)];
  t.same(
    documented.map((cells) => cells.slice(1, 5)),
    (Object.keys(RULE_FACTS) as RuleId[]).map((rule) => [
      `\`${rule}\``,
      String(RULE_FACTS[rule].snip),
      byDefault.severityOf(rule),
      strict.severityOf(rule),
    ]),
  );
  t.same(
    documented.map((cells) => cells[5]?.replaceAll('`', '')),
    (Object.keys(RULE_FACTS) as RuleId[]).map((rule) => RULE_WORDS[rule]),
  );
  for (const cells of documented) t.ok(cells[5] && cells[6], `${cells[1]} says what and why`);
});
