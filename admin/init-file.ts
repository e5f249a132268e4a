// The configuration that `claimgate init` writes: short, commented, and what `config check` accepts.

import { stringify } from 'yaml';
import type { Answers } from './init-questions.ts';

/** A value as YAML writes it, quoted where it must be. */
const value = (text: string): string => stringify(text).trimEnd();

/** @returns the file's text */
export function printInitialConfig(answers: Answers): string {
  const { https = 'none' } = answers;
  return [
    '# Claimgate. What else may be set: claimgate config reference. After a change: claimgate config check.',
    '',
    '# Everything is kept here: back this up (claimgate backup create).',
    `dataDirectory: ${value(answers.data ?? 'data')}`,
    '',
    'sftp:',
    '  # Where the daemon listens, and what partners are told.',
    `  host: ${value(answers.listen ?? '127.0.0.1')}`,
    `  port: ${answers['sftp-port'] ?? '2022'}`,
    `  publicHost: ${value(answers['public-host'] ?? 'localhost')}`,
    '  # Old Java clients (JSch 0.1.55) need the NIST curves:',
    '  # profile: compatible',
    '',
    'portal:',
    ...portalLines(answers, https),
    `  agencyName: ${value(answers.agency ?? 'Medicaid EDI Gateway')}`,
    `  supportText: ${value(answers.support ?? 'Contact the EDI support desk of your agency.')}`,
    `  timeZone: ${value(answers['time-zone'] ?? 'UTC')}`,
    '',
    ...mailLines(answers),
    '',
    'log:',
    '  level: info',
    '  # Without a file: standard error, which systemd keeps in its journal.',
    '  # file: /var/log/claimgate/claimgate.log',
    '',
  ].join('\n');
}

function portalLines(answers: Answers, https: string): readonly string[] {
  const port = `  port: ${answers['portal-port'] ?? '8080'}`;
  const url = `  publicUrl: ${value(answers['portal-url'] ?? '')}`;
  switch (https) {
    case 'files':
      return [
        '  # It speaks HTTPS itself; a renewed certificate is taken within half a minute.',
        `  host: ${value(answers.listen ?? '127.0.0.1')}`,
        port,
        `  tlsCertificateFile: ${value(answers.certificate ?? '')}`,
        `  tlsKeyFile: ${value(answers['certificate-key'] ?? '')}`,
        url,
      ];
    case 'proxy':
      return [
        '  # A proxy on this machine speaks HTTPS, and tells the address that a browser comes from.',
        '  host: 127.0.0.1',
        port,
        '  behindHttps: true',
        '  trustedProxies: [127.0.0.1]',
        url,
      ];
    default:
      return ['  # Without HTTPS only browsers on this machine may use it.', '  host: 127.0.0.1', port];
  }
}

function mailLines(answers: Answers): readonly string[] {
  const host = answers['mail-host'] ?? '';
  if (host === '')
    return [
      '# Without a mail server, mails are written into <dataDirectory>/mail as .eml files.',
      '# mail:',
      '#   from: no-reply@example.org',
      '#   smtp: { host: smtp.example.org }',
    ];
  return [
    'mail:',
    `  from: ${value(answers['mail-from'] ?? 'no-reply@localhost')}`,
    '  smtp:',
    `    host: ${value(host)}`,
    '    port: 587',
    '    tls: starttls',
    '    # Where it asks for a password: the file holds it, mode 0600.',
    '    # user: claimgate',
    '    # passwordFile: /etc/claimgate/mail-password',
  ];
}
