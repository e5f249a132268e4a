// How a user reads in the output of commands.

import type { User } from '../storage/user-store.ts';
import { printTime } from './output.ts';

export const shown = (user: User) => ({
  id: user.id,
  partner: user.partnerId,
  name: `${user.firstName} ${user.lastName}`,
  email: user.email,
  kind: user.kind,
  status: user.status,
  passwordVersion: user.passwordVersion,
  passwordChanged: printTime(user.passwordChangedAtMs),
  lastSignIn: printTime(user.lastSignInAtMs),
});
