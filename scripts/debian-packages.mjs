// The Debian packages that test suites need beside Node: what each is for, and which suites are skipped without it.
// `npm test` installs what is missing where it may, and otherwise names the suites that it skips.

/**
 * @typedef {object} DebianPackage
 * @property {string} name as apt-get knows it
 * @property {string} command the program by which its presence is recognised
 * @property {string} reason why a suite needs it
 * @property {readonly string[]} suites what is skipped without it
 */

/** @type {readonly DebianPackage[]} */
export const debianPackages = [
  {
    name: 'openssh-client',
    command: 'sftp',
    reason: 'the stock sftp client, which most partners script',
    suites: ['test/e2e: the main job and the clients by OpenSSH sftp', 'test/server: with OpenSSH'],
  },
  {
    name: 'lftp',
    command: 'lftp',
    reason: 'a client with an engine of its own that parks uploads and resumes them',
    suites: ['test/e2e/clients: lftp'],
  },
  {
    name: 'putty-tools',
    command: 'psftp',
    reason: "PuTTY's psftp: the SSH stack of WinSCP and FileZilla",
    suites: ['test/e2e/clients: psftp'],
  },
  {
    name: 'curl',
    command: 'curl',
    reason: 'curl speaks SFTP through libssh2, as many programs do',
    suites: ['test/e2e/clients: curl'],
  },
  {
    name: 'ssh-audit',
    command: 'ssh-audit',
    reason: 'others judge which algorithms are weak',
    suites: ['test/server/ssh-audit'],
  },
  {
    name: 'chromium',
    command: 'chromium',
    reason: 'the browser that walks through the portal',
    suites: ['test/portal/browser'],
  },
  {
    name: 'prometheus',
    command: 'promtool',
    reason: 'Prometheus itself reads the metrics, the alerts and the queries of the dashboard',
    suites: ['test/metrics/prometheus'],
  },
  {
    name: 'logrotate',
    command: 'logrotate',
    reason: 'logs are rotated under a gateway that writes them',
    suites: ['test/install/log-rotation'],
  },
];
