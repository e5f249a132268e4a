// Every page of the portal, for what is asked of all of them: axe-core, the keyboard alone, pictures. A new page gets its
// line here.

import { paths } from '../../portal/paths.ts';

/** A page: what its picture is called, and where it is; `{...}` names a sample of pages-browser.test.ts. */
export type PageLine = readonly [name: string, path: string];

/** For everyone. */
export const publicPages: readonly PageLine[] = [
  ['public-home', paths.public],
  ['sign-in', paths.signIn],
  ['register', paths.register],
  ['register-individual', paths.registerIndividual],
  ['register-business', paths.registerBusiness],
  ['register-resend', paths.registerResend],
  ['recover', paths.recover],
  ['forgot-username', paths.forgotUserName],
  ['forgot-password', paths.forgotPassword],
  ['unlock', paths.unlock],
  ['help', paths.help],
  ['about', '/about'],
  ['legal', '/legal'],
  ['privacy', '/privacy'],
  ['accessibility', '/accessibility'],
  ['contact-us', paths.contact],
  ['system-requirements', paths.systemRequirements],
  ['report-fraud', '/report-fraud'],
  ['documents', paths.documents],
  ['companion-guide-837p', paths.companionGuide.replace(':key', '837p')],
  ['companion-guide-999', paths.companionGuide.replace(':key', '999')],
  ['connectivity-guide', paths.connectivityGuide],
  ['user-roles', paths.rolesGuide],
  ['not-found', '/no-such-page'],
  ['spent-link', `${paths.link}?token=worth-nothing`],
  ['signed-out', `${paths.signIn}?notice=signed-out`],
  ['session-ended', `${paths.signIn}?notice=ended`],
];

/** For an office administrator of a trading partner, signed in. */
export const partnerPages: readonly PageLine[] = [
  ['home', paths.home],
  ['batch-transfer', paths.batchTransfer],
  ['receipt', `${paths.batchReceipt}?t={good}.{bad}`],
  ['transmissions', paths.transmissions],
  ['transmissions-nothing-found', `${paths.transmissions}?name=nothing`],
  ['transmissions-wrong-day', `${paths.transmissions}?from=2026-02-30`],
  ['transmission', paths.transmission.replace(':id', '{bad}')],
  ['findings', paths.findings.replace(':id', '{bad}')],
  ['findings-none', paths.findings.replace(':id', '{good}')],
  ['answer-999', paths.answerFile.replace(':id', '{bad}').replace(':ordinal', '1')],
  ['answer-ta1', paths.answerFile.replace(':id', '{envelope}').replace(':ordinal', '1')],
  ['answer-report', paths.answerFile.replace(':id', '{letter}').replace(':ordinal', '1')],
  ['manage-transaction', paths.manageTransaction],
  ['grants-of-user', paths.grantsOfUser.replace(':user', 'dora.diaz')],
  ['users', paths.members],
  ['invite', paths.invite],
  ['member', paths.member.replace(':user', 'dora.diaz')],
  ['sftp-account', paths.sftpAccount],
  ['sftp-keys', paths.sftpKeys],
  ['password', paths.password],
  ['second-factors', paths.factors],
  ['second-factor-app', paths.factorTotp],
  ['second-factor-passkey', paths.factorPasskey],
];

/** For one of those who run the gateway. */
export const administratorPages: readonly PageLine[] = [
  ['dashboard', paths.dashboard],
  ['dashboard-week', `${paths.dashboard}?range=week`],
  ['administrator-quarantine', `${paths.administratorList}?state=quarantined`],
  ['administrator-partner', `${paths.administratorList}?partner=acme`],
  ['administered', paths.administered.replace(':id', '{bad}')],
  ['administered-content', paths.administeredContent.replace(':id', '{good}')],
];

/** For the only user of a trading partner, who has done nothing yet. */
export const newcomerPages: readonly PageLine[] = [
  ['new-home', paths.home],
  ['new-batch-transfer', paths.batchTransfer],
  ['new-transmissions', paths.transmissions],
  ['new-manage-transaction', paths.manageTransaction],
  ['new-sftp-account', paths.sftpAccount],
  ['new-sftp-keys', paths.sftpKeys],
  ['new-invitation', paths.invitation],
];
