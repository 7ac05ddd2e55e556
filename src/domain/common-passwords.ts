// The passwords that anybody would try first. The list is that of zxcvbn-ts (MIT), ordered by how often each was seen.
import { dictionary } from '@zxcvbn-ts/language-common';

/** `PASSWORD_MIN_LENGTH` goes no lower: what is shorter is refused anyway, and need not be held in memory. */
const SHORTEST_KEPT = 8;

const COMMON = new Set(dictionary['passwords-common'].filter((password) => password.length >= SHORTEST_KEPT));

/** Whether a password, in lower case, is on the list. The list is far longer than the 3,000 of ASVS 6.2.4. */
export function isCommonPassword(lowerCase: string): boolean {
  return COMMON.has(lowerCase);
}
