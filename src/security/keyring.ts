// Every key of the product, derived from one root secret.
import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';

/** Key objects, not bytes: printing or logging one by mistake reveals nothing. */
export type DerivedKeys = {
  /** Identifies the root secret: 8 hex characters, stored beside everything that its keys made. */
  readonly id: string;
  readonly pepper: KeyObject;
  readonly sealing: KeyObject;
  readonly cookie: KeyObject;
  /** Hashes addresses before the rate limits store them. */
  readonly rateLimit: KeyObject;
  /** Signs the access tokens that programs get for their tokens. */
  readonly accessToken: KeyObject;
  /** 64 hex characters, to compare root secrets by. */
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
 * Derives every key from `SECRET_KEY`, and from `SECRET_KEY_PREVIOUS` during a rotation. Each key has its own label, so one
 * reveals nothing about another. Throws an Error when a secret is not 32 bytes in base64.
 * Source: RFC 5869 (HKDF with SHA-256).
 */
export function createKeyring(secretKey: string, previous?: string): Keyring {
  return { current: deriveKeys(secretKey), previous: previous ? deriveKeys(previous) : null };
}

/** The database stores it, so that a start with another `SECRET_KEY` fails before it reads or writes anything. */
export function secretKeyCheckValue(keyring: Keyring): string {
  return keyring.current.checkValue;
}

/**
 * Which root secret a stored check value belongs to: the current one, the previous one (then store the current value), or
 * none. Null must stop the start.
 */
export function matchSecretKey(keyring: Keyring, storedCheckValue: string): 'current' | 'previous' | null {
  if (storedCheckValue === keyring.current.checkValue) return 'current';
  return keyring.previous && storedCheckValue === keyring.previous.checkValue ? 'previous' : null;
}

/** The keys with an id. Null when the settings no longer have that root secret. */
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
    accessToken: createSecretKey(derive('access-token')),
    checkValue: derive('check-value').toString('hex'),
  };
}

/** Node's decoder skips unknown characters, so we compare its result with the text. */
function readSecretKey(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64');
  const isWhole =
    bytes.toString('base64url') === text.replace(/=+$/, '').replaceAll('+', '-').replaceAll('/', '_');
  return bytes.length === SECRET_KEY_BYTES && isWhole ? bytes : null;
}
