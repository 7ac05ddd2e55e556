// The most common passwords, by the list of zxcvbn-ts (MIT), ordered by how often each was seen.
import { dictionary } from '@zxcvbn-ts/language-common';

/** `PASSWORD_MIN_LENGTH` is never lower: shorter passwords are refused anyway, and need no place in memory. */
const MIN_LENGTH = 8;

const COMMON = new Set(dictionary['passwords-common'].filter((password) => password.length >= MIN_LENGTH));

/** Whether a password, in lower case, is on the list. The list is far longer than the 3,000 of ASVS 6.2.4. */
export function isCommonPassword(lowerCase: string): boolean {
  return COMMON.has(lowerCase);
}
