// One key of a partner's profile that shall have a value, as a command or the file of `claimgate apply` says it.

import {
  type ProfileKeyName,
  parseProfileKey,
  parseProfileValue,
  profileKeys,
} from '../domain/partner-profile.ts';
import { isRuleId } from '../edi/rule-facts.ts';

/** Every key, in the order in which people read them. */
export const profileKeyNames = Object.keys(profileKeys) as readonly ProfileKeyName[];

/** The text is undefined where the key falls back to what holds for everyone. */
export type ProfileChange = readonly [key: ProfileKeyName, text: string | undefined];

/**
 * @param text what it shall be; nothing takes a value back
 * @returns the change, or the sentence that says why it cannot be
 */
export function profileChangeOf(name: string, text: string): ProfileChange | string {
  const key = parseProfileKey(name);
  if (key === undefined) return `there is no key "${name}"; there are ${profileKeyNames.join(', ')}`;
  const wanted = text.trim();
  if (wanted === '') return [key, undefined];
  const parsed = parseProfileValue(key, wanted, isRuleId);
  if (parsed.kind === 'ok') return [key, parsed.text];
  return `${key}: ${parsed.why}, such as ${key}=${profileKeys[key].example}`;
}
