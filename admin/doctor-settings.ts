// What `claimgate doctor` looks at in the configuration: whether it can be used, and what of it is weak.

import { type Check, error, ok, warning } from './doctor-check.ts';

const configuration: Check = {
  id: 'configuration',
  looksAt: 'whether the configuration can be used',
  cure: 'mend what is named; `claimgate config reference` lists what may be set',
  run({ configProblems, configSources }) {
    if (configProblems.length > 0)
      return configProblems.map(({ path, source, message }) => error(`${path} (${source}): ${message}`));
    return ok(
      configSources.length === 0
        ? 'Nothing is set; the defaults apply.'
        : `Set by ${configSources.join(', ')}.`,
    );
  },
};

const legacyListener: Check = {
  id: 'legacy-listener',
  looksAt: 'whether SHA-1 is offered to old clients (sftp.listeners with the profile legacy)',
  cure: 'have the partner update its client, and remove the listener',
  needs: 'config',
  run({ config, now }) {
    const legacy = config.sftp.listeners.filter(({ profile }) => profile === 'legacy');
    if (legacy.length === 0) return ok('No listener offers SHA-1.');
    const today = new Date(now()).toISOString().slice(0, 10);
    return legacy.map(({ name, until = '' }) =>
      until > today
        ? warning(`Listener ${name} offers SHA-1 until ${until}.`)
        : warning(
            `Listener ${name} has ended on ${until} and is not opened any more.`,
            'Remove it from sftp.listeners.',
          ),
    );
  },
};

const portalTls: Check = {
  id: 'portal-tls',
  looksAt: 'whether browsers reach the portal by HTTPS alone',
  cure: 'set portal.tlsCertificateFile and portal.tlsKeyFile, or have a proxy on this machine speak HTTPS and set portal.behindHttps: true',
  needs: 'config',
  run({ config }) {
    const { tlsCertificateFile, behindHttps, publicUrl, host } = config.portal;
    if (tlsCertificateFile !== undefined) return ok('The portal speaks HTTPS itself.');
    if (behindHttps) return ok('A proxy in front speaks HTTPS.');
    if (publicUrl?.startsWith('http:') === true)
      return warning(`portal.publicUrl is ${publicUrl}: passwords cross the network in the clear.`);
    return warning(`The portal speaks HTTP on ${host}: only this machine can use it.`);
  },
};

const secondFactor: Check = {
  id: 'second-factor',
  looksAt: 'whether users prove more than a password in the portal (portal.secondFactor, portal.emailCode)',
  cure: 'set portal.secondFactor: required and leave portal.emailCode off',
  needs: 'config',
  run({ config, health }) {
    const { secondFactor: wanted, emailCode } = config.portal;
    if (wanted === 'off') return warning('Second factors are off: a stolen password is enough.');
    if (emailCode)
      return warning(
        'Who makes no second factor gets a code by mail: who reads the mailbox can also choose a new password.',
      );
    const bare = health?.usersWithoutFactor ?? 0;
    if (bare === 0) return ok(`It is ${wanted}, and everyone who signed in has one.`);
    return wanted === 'required'
      ? ok(
          `${bare} of ${health?.activeUsers} active users have none yet; each makes one at the next sign-in.`,
        )
      : warning(`${bare} of ${health?.activeUsers} active users have none.`);
  },
};

const senderCheck: Check = {
  id: 'sender-check',
  looksAt: "whether a partner may send in another's name (intake.checkSenderId)",
  cure: 'set intake.checkSenderId: true',
  needs: 'config',
  run({ config }) {
    return config.intake.checkSenderId
      ? ok("ISA06 must be the partner's own submitter id.")
      : warning('ISA06 is not compared with the submitter id: a partner may send as another.');
  },
};

const webhookTransport: Check = {
  id: 'webhook-transport',
  looksAt: 'whether events leave this machine in the clear (hooks.webhooks with http)',
  cure: 'use an https URL for each webhook that is not on this machine',
  needs: 'config',
  run({ config }) {
    const open = config.hooks.webhooks.filter(({ url }) =>
      /^http:\/\/(?!localhost[:/]|127\.|\[::1\])/.test(url),
    );
    return open.length === 0
      ? ok(`${config.hooks.webhooks.length} webhooks.`)
      : warning(`In the clear: ${open.map(({ name }) => name).join(', ')}.`);
  },
};

const whoListens: Check = {
  id: 'reachable',
  looksAt: 'whether partners can reach SFTP at all, and are told where (sftp.host, sftp.publicHost)',
  cure: 'set sftp.host: 0.0.0.0 (or an address of this machine) and sftp.publicHost to the name that partners use',
  needs: 'config',
  run({ config }) {
    const { host, publicHost, listeners } = config.sftp;
    const all = [host, ...listeners.map((listener) => listener.host)];
    if (all.every((one) => /^(?:127\.|localhost$|::1$)/.test(one)))
      return warning(`SFTP listens on ${host}: only this machine reaches it.`);
    return publicHost === undefined && /^(?:0\.0\.0\.0|::)$/.test(host)
      ? warning(
          `The portal tells partners to connect to ${host}.`,
          'Set sftp.publicHost to the name that partners use.',
        )
      : ok(`Partners connect to ${publicHost ?? host}.`);
  },
};

export const settingChecks: readonly Check[] = [
  configuration,
  whoListens,
  portalTls,
  secondFactor,
  senderCheck,
  legacyListener,
  webhookTransport,
];
