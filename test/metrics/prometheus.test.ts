// The metrics, the alerts and the dashboard before those who read them: a real Prometheus and its promtool.

import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'tap';
import { startTestGateway } from '../support/gateway.ts';
import { makeTestFolder } from '../support/test-folder.ts';
import { until } from '../support/until.ts';

const packaging = new URL('../../packaging/', import.meta.url).pathname;
const here = new URL('.', import.meta.url).pathname;
const skip =
  spawnSync('promtool', ['--version']).status === 0
    ? false
    : 'there is no promtool here (apt-get install prometheus)';

/** Metrics of the process and of Node, that the rules and the dashboard name too. */
const foreign = /^(?:up|process_|nodejs_)/;

interface Dashboard {
  readonly panels: readonly {
    readonly title: string;
    readonly targets?: readonly { readonly expr: string }[];
  }[];
}

function dashboardExpressions(): readonly string[] {
  const dashboard = JSON.parse(readFileSync(join(packaging, 'grafana/claimgate.json'), 'utf8')) as Dashboard;
  return dashboard.panels.flatMap(({ targets = [] }) =>
    targets.map(({ expr }) => expr.replaceAll('$__rate_interval', '5m').replaceAll('$instance', '.*')),
  );
}

function promtool(folder: string, args: readonly string[], input?: string) {
  const ran = spawnSync('promtool', [...args], { cwd: folder, encoding: 'utf8', input });
  return { status: ran.status, said: `${ran.stdout}${ran.stderr}` };
}

test('the alerts are what Prometheus takes, and they fire when they should', { skip }, (t) => {
  const folder = makeTestFolder(t);
  copyFileSync(join(packaging, 'prometheus/claimgate-alerts.yaml'), join(folder, 'claimgate-alerts.yaml'));
  copyFileSync(join(here, 'alerts.yaml'), join(folder, 'alerts.yaml'));
  t.match(promtool(folder, ['check', 'rules', 'claimgate-alerts.yaml']), { status: 0, said: /SUCCESS/ });
  const tested = promtool(folder, ['test', 'rules', 'alerts.yaml']);
  t.equal(tested.status, 0, tested.said);
  t.end();
});

test('every query of the dashboard is one, and names metrics that there are', { skip }, async (t) => {
  const running = await startTestGateway(t, { config: { monitoring: { enabled: true, port: 0 } } });
  const text = await (await fetch(`http://127.0.0.1:${running.gateway.monitoring?.port}/metrics`)).text();
  const checked = promtool(here, ['check', 'metrics'], text);
  const complaints = checked.said.split('\n').filter((line) => /^claimgate_/.test(line));
  t.same(complaints, [], 'promtool has nothing to say against a metric of ours');
  const there = new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name));
  const expressions = dashboardExpressions();
  t.ok(expressions.length > 20);
  const folder = makeTestFolder(t);
  const rules = expressions.map((expr, index) => ({ record: `panel:${index}`, expr }));
  writeFileSync(join(folder, 'panels.yaml'), JSON.stringify({ groups: [{ name: 'panels', rules }] }));
  const parsed = promtool(folder, ['check', 'rules', 'panels.yaml']);
  t.equal(parsed.status, 0, parsed.said);
  const alerts = readFileSync(join(packaging, 'prometheus/claimgate-alerts.yaml'), 'utf8');
  const named = [...expressions, alerts].flatMap((expr) => expr.match(/\bclaimgate_[a-z_]+/g) ?? []);
  for (const name of new Set(named)) {
    const family = name.replace(/_(?:bucket|count|sum)$/, '');
    t.ok(there.has(name) || there.has(family), `${name} is a metric of ours`);
  }
  const others = expressions.flatMap((expr) => expr.match(/\b(?:process|nodejs)_[a-z0-9_]+/g) ?? []);
  for (const name of new Set(others)) t.ok(foreign.test(name) && there.has(name), `${name} is there`);
});

test('a real Prometheus scrapes it and evaluates the alerts', { skip }, async (t) => {
  const root = makeTestFolder(t);
  const tokenFile = join(root, 'token');
  writeFileSync(tokenFile, 'a-token-of-the-monitor\n');
  const running = await startTestGateway(t, {
    root,
    config: { monitoring: { enabled: true, port: 0, tokenFile } },
  });
  copyFileSync(join(packaging, 'prometheus/claimgate-alerts.yaml'), join(root, 'claimgate-alerts.yaml'));
  writeFileSync(
    join(root, 'prometheus.yml'),
    JSON.stringify({
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: ['claimgate-alerts.yaml'],
      scrape_configs: [
        {
          job_name: 'claimgate',
          authorization: { credentials_file: tokenFile },
          static_configs: [{ targets: [`127.0.0.1:${running.gateway.monitoring?.port}`] }],
        },
      ],
    }),
  );
  const port = await freePort();
  const prometheus = spawn(
    'prometheus',
    [
      `--config.file=${join(root, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(root, 'tsdb')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: 'ignore' },
  );
  const ended = new Promise((resolve) => prometheus.once('close', resolve));
  t.teardown(async () => {
    prometheus.kill('SIGKILL');
    await ended;
  });
  const query = async (expression: string): Promise<readonly unknown[]> => {
    const url = `http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(expression)}`;
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.status !== 200) return [];
    return ((await answer.json()) as { readonly data: { readonly result: readonly unknown[] } }).data.result;
  };
  await until('Prometheus has scraped', async () => (await query('up{job="claimgate"} == 1')).length > 0);
  t.equal((await query('claimgate_ready == 1')).length, 1);
  t.equal((await query('claimgate_build_info')).length, 1);
  for (const expression of dashboardExpressions().slice(0, 3))
    t.equal((await query(expression)).length, 1, expression);
  const rules = (await (await fetch(`http://127.0.0.1:${port}/api/v1/rules`)).json()) as {
    readonly data: { readonly groups: readonly { readonly rules: readonly { readonly name: string }[] }[] };
  };
  t.ok((rules.data.groups[0]?.rules.length ?? 0) > 20, 'the alerts are loaded');
  await until('no alert of a full disk', async () => (await query('claimgate_disk_free_bytes')).length === 1);
  t.same(await query('ALERTS{alertname="ClaimgateDiskFull"}'), []);
});

/** Prometheus takes no port 0 that it would tell of. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
