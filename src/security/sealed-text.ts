// Encrypts texts that we must read again, so that a stolen database doesn't reveal them.
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { type Keyring, keysById } from './keyring.ts';

const VERSION = 's1';
const ALGORITHM = 'aes-256-gcm';
/** NIST SP 800-38D: 96 random bits are enough for 2^32 texts under one key. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const MAX_SEALED_TEXT_LENGTH = 1_000_000;

/** `code` says why a sealed text can't be opened. The error never contains the text. */
export class SealedTextError extends Error {
  readonly code: 'malformed' | 'unknown_key' | 'altered';

  constructor(code: SealedTextError['code']) {
    super(`a sealed text can't be opened: ${code}`);
    this.name = 'SealedTextError';
    this.code = code;
  }
}

/**
 * Seals a text of at most 1,000,000 characters with AES-256-GCM: `s1.<key id>.<base64url of nonce, ciphertext, tag>`. The
 * tag covers version, key id and `purpose`, so a text sealed for one purpose doesn't open for another. Errors: RangeError.
 */
export function sealText(
  keyring: Keyring,
  purpose: string,
  text: string,
  random: (size: number) => Uint8Array,
): string {
  if (text.length > MAX_SEALED_TEXT_LENGTH)
    throw new RangeError(`at most ${MAX_SEALED_TEXT_LENGTH} characters`);
  const { id, sealing } = keyring.current;
  const nonce = random(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, sealing, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(additionalData(id, purpose));
  const sealed = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return `${VERSION}.${id}.${sealed.toString('base64url')}`;
}

/** False for a text that the previous root secret sealed: what is kept for long is sealed again, before that one is gone. */
export const isSealedNow = ({ current }: Keyring, sealed: string): boolean =>
  sealed.startsWith(`${VERSION}.${current.id}.`);

/** Opens a text that `sealText` made with the current or previous root secret. Otherwise throws a `SealedTextError`. */
export function openSealedText(keyring: Keyring, purpose: string, sealed: string): string {
  const [version, id, body, ...rest] = sealed.split('.');
  if (version !== VERSION || !id || !body || rest.length > 0) throw new SealedTextError('malformed');
  const keys = keysById(keyring, id);
  if (!keys) throw new SealedTextError('unknown_key');
  const bytes = Buffer.from(body, 'base64url');
  if (bytes.length < NONCE_BYTES + TAG_BYTES) throw new SealedTextError('malformed');
  const nonce = bytes.subarray(0, NONCE_BYTES);
  const decipher = createDecipheriv(ALGORITHM, keys.sealing, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(additionalData(id, purpose));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    const text = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
    return Buffer.concat([text, decipher.final()]).toString('utf8');
  } catch {
    throw new SealedTextError('altered');
  }
}

function additionalData(keyId: string, purpose: string): Buffer {
  return Buffer.from(`${VERSION}.${keyId}.${purpose}`);
}
