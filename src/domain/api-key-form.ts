// The form of keys and tokens, ours and foreign ones.

/** Before every key of ours, so that scanners of leaked secrets know it. */
export const API_KEY_PREFIX = 'apim_';
/** Before every token of the management API; no key begins so. */
export const TOKEN_PREFIX = 'apimtok_';
/** Keys brought from elsewhere have no form that we know, only a length. */
export const FOREIGN_KEY_LENGTH = { min: 20, max: 256 } as const;

/** A key or token of ours, whole or cut off, or 32 hexadecimal digits, as Azure's are. */
const KEY_IN_TEXT = /apim(?:tok)?_[0-9A-Za-z]{16,}|(?<![0-9a-zA-Z-])[0-9a-fA-F]{32}(?![0-9a-zA-Z-])/;

/** Whether a typed text holds what looks like a key: such a text must not be stored. */
export function holdsKey(text: string): boolean {
  return KEY_IN_TEXT.test(text);
}
