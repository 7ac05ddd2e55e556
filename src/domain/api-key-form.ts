// The form of keys and tokens, ours and imported ones.

/** Begins every key of ours, so that scanners of leaked secrets recognise it. */
export const API_KEY_PREFIX = 'apim_';
/** Begins every token of the management API, and no key. */
export const TOKEN_PREFIX = 'apimtok_';
/** Imported keys can have any form, so we check only their length. */
export const FOREIGN_KEY_LENGTH = { min: 20, max: 256 } as const;

/** A key or token of ours, whole or cut off, or 32 hexadecimal digits, as Azure's are. */
const KEY_IN_TEXT = /apim(?:tok)?_[0-9A-Za-z]{16,}|(?<![0-9a-zA-Z-])[0-9a-fA-F]{32}(?![0-9a-zA-Z-])/;

/** Whether a typed text contains what looks like a key: such a text must not be stored. */
export function holdsKey(text: string): boolean {
  return KEY_IN_TEXT.test(text);
}
