// The settings as a page: what `claimgate config reference` prints and docs/config.md holds.

import { listSettings, type Setting } from './settings.ts';

/** @returns Markdown with every setting, its default and what it may be */
export function printConfigReference(): string {
  const settings = listSettings();
  const rooms = new Map<string, Setting[]>();
  for (const setting of settings) {
    const room = setting.path.includes('.') ? (setting.path.split('.')[0] ?? '') : 'general';
    rooms.set(room, [...(rooms.get(room) ?? []), setting]);
  }
  const lines = [
    '# Settings',
    '',
    'Printed by `claimgate config reference`; a test fails when this page is stale.',
    '',
    'A setting stands in the YAML file (`--config FILE`, `CLAIMGATE_CONFIG`, or `claimgate.yaml` in the working directory) or in the environment, which wins. Times are in milliseconds, sizes in bytes.',
  ];
  for (const [room, list] of rooms) {
    lines.push('', `## ${room}`, '', '| setting | default | takes | what it is |', '|---|---|---|---|');
    for (const setting of list) {
      const standard =
        setting.defaultJson === undefined ? 'none' : `\`${setting.defaultJson.replace(/\|/g, '\\|')}\``;
      lines.push(
        `| \`${setting.path}\`<br>\`${setting.environmentName}\` | ${standard} | ${setting.form} | ${setting.description} |`,
      );
    }
  }
  return `${lines.join('\n')}\n`;
}
