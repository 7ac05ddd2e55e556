// Every key of the product, derived from the one root secret.
import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';

/** Key objects, not bytes: printed, logged or put into JSON by mistake they say nothing. */
export type DerivedKeys = {
  /** Names the root secret without telling it: 8 hex characters, written beside what was made with its keys. */
  readonly id: string;
  readonly pepper: KeyObject;
  readonly sealing: KeyObject;
  readonly cookie: KeyObject;
  /** Under this key the store of the rate limits knows addresses, so that it holds none in clear. */
  readonly rateLimit: KeyObject;
  /** 64 hex characters that only this root secret gives. */
  readonly checkValue: string;
};

export type Keyring = { readonly current: DerivedKeys; readonly previous: DerivedKeys | null };

const SECRET_KEY_BYTES = 32;
const DERIVED_KEY_BYTES = 32;
const KEY_ID_LENGTH = 8;

/** Whether a text can be a root secret: 32 bytes in base64 (padded or not, also the URL-safe alphabet). */
export function isSecretKey(text: string): boolean {
  return readSecretKey(text) !== null;
}

/**
 * Derives every key from `SECRET_KEY`, and those of `SECRET_KEY_PREVIOUS` while it is being rotated. Each has a label of
 * its own, so that none tells anything of another. Throws a plain Error when a secret is not 32 bytes in base64.
 * Source: RFC 5869 (HKDF with SHA-256).
 */
export function createKeyring(secretKey: string, previous?: string): Keyring {
  return { current: deriveKeys(secretKey), previous: previous ? deriveKeys(previous) : null };
}

/** What the database keeps to notice a start with another `SECRET_KEY` before anything is read or written with it. */
export function secretKeyCheckValue(keyring: Keyring): string {
  return keyring.current.checkValue;
}

/**
 * Which root secret a kept check value belongs to: the present one, the one that is being rotated out (keep the present
 * one's value from now on), or null, which must stop the start.
 */
export function fittingSecretKey(keyring: Keyring, keptCheckValue: string): 'current' | 'previous' | null {
  if (keptCheckValue === keyring.current.checkValue) return 'current';
  return keyring.previous && keptCheckValue === keyring.previous.checkValue ? 'previous' : null;
}

/** The keys that made something, by the id written beside it; null when that root secret is no longer given. */
export function keysById(keyring: Keyring, id: string): DerivedKeys | null {
  if (id === keyring.current.id) return keyring.current;
  return keyring.previous?.id === id ? keyring.previous : null;
}

function deriveKeys(secretKey: string): DerivedKeys {
  const root = readSecretKey(secretKey);
  if (!root) throw new Error(`a secret key is ${SECRET_KEY_BYTES} bytes in base64`);
  const derive = (label: string) =>
    Buffer.from(hkdfSync('sha256', root, '', `apim-user/1/${label}`, DERIVED_KEY_BYTES));
  return {
    id: derive('key-id').toString('hex').slice(0, KEY_ID_LENGTH),
    pepper: createSecretKey(derive('password-pepper')),
    sealing: createSecretKey(derive('sealed-text')),
    cookie: createSecretKey(derive('cookie')),
    rateLimit: createSecretKey(derive('rate-limit')),
    checkValue: derive('check-value').toString('hex'),
  };
}

/** Node's decoder skips what it doesn't know: only a text that it gives back unchanged was base64. */
function readSecretKey(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64');
  const isWhole =
    bytes.toString('base64url') === text.replace(/=+$/, '').replaceAll('+', '-').replaceAll('/', '_');
  return bytes.length === SECRET_KEY_BYTES && isWhole ? bytes : null;
}
