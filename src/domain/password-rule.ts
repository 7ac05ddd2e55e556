import { dictionary } from '@zxcvbn-ts/language-common';
import type { Said } from '../languages/say.ts';
import { DomainError } from './domain-error.ts';

const MAX_PASSWORD_BYTES = 1_024;

/** Half a character: UTF-8 can't encode it, so different passwords would get the same hash. */
export const LONE_SURROGATE = /\p{Surrogate}/u;

/** Why a password can't be hashed, in words for the field; null when it can. */
export function hashingFault(password: string): Said | null {
  // First, so that further checks run on a short text.
  if (password.length > MAX_PASSWORD_BYTES || Buffer.byteLength(password) > MAX_PASSWORD_BYTES)
    return { text: 'Use at most {max, number} bytes.', values: { max: MAX_PASSWORD_BYTES } };
  return LONE_SURROGATE.test(password) ? 'This holds a character that cannot be kept. Choose another.' : null;
}

/** Shorter words are part of too many others: "ann" is in "planning". */
const MIN_CONTEXT_WORD_LENGTH = 4;
/** How long a password must be without the context words in it. */
const MIN_LENGTH_BESIDE_CONTEXT_WORDS = 8;
/** "abcabcabcabcabc" is one piece of this length over and over. */
const MAX_REPEATED_PIECE_LENGTH = 4;
const RUNS = ['0123456789', '9876543210', 'abcdefghijklmnopqrstuvwxyz'].map((run) =>
  run.repeat(MAX_PASSWORD_BYTES / 8),
);

/**
 * Judges a new password: at least `minLength` characters (code points, in NFC) and at most 1,024 bytes, without rules of
 * composition. Refuses common passwords, a short piece repeated, a run of the alphabet or digits, and little more than
 * context words (`contextWords`: the person's email and names, and our own name). Ignores case.
 * Errors: `password_unacceptable`, with words for the field `password`.
 * Source: NIST SP 800-63B-4 3.1.1.2; ASVS 6.2.1 to 6.2.12.
 */
export function checkPassword(
  password: string,
  rule: { minLength: number; contextWords: readonly string[] },
): void {
  const fault = hashingFault(password);
  if (fault) throw unacceptable(fault);
  if ([...password.normalize('NFC')].length < rule.minLength) {
    throw unacceptable(tooShort(rule.minLength));
  }
  const plain = password.normalize('NFC').toLowerCase();
  if (isCommonPassword(plain) || isRepetition(plain) || RUNS.some((run) => run.includes(plain))) {
    throw unacceptable('This is one of the first passwords anyone would try. Choose another.');
  }
  if (isMostlyContextWords(plain, rule.contextWords)) {
    throw unacceptable('This is little more than an email or a name that anyone can guess. Choose another.');
  }
}

/** One piece repeated: a short one, or one that is a common password ("passwordpassword"). */
function isRepetition(plain: string): boolean {
  for (let size = 1; size <= plain.length / 2; size++) {
    const piece = plain.slice(0, size);
    if (plain.length % size !== 0 && size > MAX_REPEATED_PIECE_LENGTH) continue;
    const isRepeated = piece.repeat(Math.ceil(plain.length / size)).startsWith(plain);
    if (isRepeated) return size <= MAX_REPEATED_PIECE_LENGTH || isCommonPassword(piece);
  }
  return false;
}

function isMostlyContextWords(plain: string, contextWords: readonly string[]): boolean {
  const words = contextWords
    .flatMap((word) => [word, ...word.split('@')])
    .map((word) => lettersAndDigits(word.normalize('NFC').toLowerCase()))
    .filter((word) => word.length >= MIN_CONTEXT_WORD_LENGTH)
    // Longest first, so that a whole email is removed before its parts.
    .sort((a, b) => b.length - a.length);
  const squeezed = lettersAndDigits(plain);
  const rest = words.reduce((left, word) => left.replaceAll(word, ''), squeezed);
  return rest !== squeezed && rest.length < MIN_LENGTH_BESIDE_CONTEXT_WORDS;
}

/** "Ann-Lee @ Example.com" and "annleeexamplecom" are one word. */
function lettersAndDigits(text: string): string {
  return text.replace(/[^\p{L}\p{N}]+/gu, '');
}

export const tooShort = (minLength: number): Said => ({
  text: 'Use at least {minLength} characters. A few words in a row are easy to remember.',
  values: { minLength },
});

function unacceptable(words: Said): DomainError {
  return new DomainError('password_unacceptable', { fields: { password: words } });
}

/** `PASSWORD_MIN_LENGTH` is never lower: shorter passwords are refused anyway, and need no place in memory. */
const MIN_LENGTH = 8;

const COMMON = new Set(dictionary['passwords-common'].filter((password) => password.length >= MIN_LENGTH));

/** Whether a password, in lower case, is on the list. The list is far longer than the 3,000 of ASVS 6.2.4. */
function isCommonPassword(lowerCase: string): boolean {
  return COMMON.has(lowerCase);
}
