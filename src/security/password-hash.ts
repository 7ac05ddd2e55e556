import { createHmac, type KeyObject } from 'node:crypto';
import { hash as bcryptHash, parseOptions as bcryptOptions, verify as bcryptVerify } from '@node-rs/bcrypt';
import { DomainError } from '../domain/domain-error.ts';
import { hashingFault } from '../domain/password-rule.ts';
import { createConcurrencyLimit } from './concurrency-limit.ts';
import { type Keyring, keysById } from './keyring.ts';

export type PasswordHasher = {
  /**
   * Returns `p1:<key id>:<bcrypt>`. The bcrypt text has its version, cost and salt.
   * Errors: `password_unacceptable` above 1,024 bytes or with half a character; `try_again` while 256 calls wait.
   */
  hash(password: string): Promise<string>;
  /**
   * Compares a password with a stored hash. `shouldRehash` says that the hash has a lower cost or the previous pepper. With
   * null (no such account, or no password) it takes as long and is never correct.
   * Errors: `try_again` while 256 calls wait.
   */
  verify(password: string, stored: string | null): Promise<{ isCorrect: boolean; shouldRehash: boolean }>;
};

const VERSION = 'p1';
const STORED_FORM = /^p1:([0-9a-f]{8}):(\$2b\$\d\d\$[./A-Za-z0-9]{53})$/;
const DEFAULT_COST = 12;
/** bcrypt runs on libuv's four threads. Two stay free for DNS and files. */
const DEFAULT_MAX_CONCURRENT = 2;
/** At cost 12 and two at once, the last one waits about half a minute. */
const MAX_WAITING = 256;

/**
 * Hashes and checks passwords: bcrypt over base64(HMAC-SHA-384(pepper, NFC(password))). bcrypt gets 64 ASCII characters, so
 * it cuts nothing off at 72 bytes or at a NUL, and a stolen table is useless without the pepper.
 * Keyboards send an "é" in two ways, so we normalise (NIST SP 800-63B-4 asks for it, although ASVS 6.2.8 asks for none).
 * Source: OWASP Password Storage cheat sheet, pre-hashing with bcrypt.
 */
export function createPasswordHasher(options: {
  keyring: Keyring;
  cost?: number;
  maxConcurrent?: number;
}): PasswordHasher {
  const { keyring, cost = DEFAULT_COST, maxConcurrent = DEFAULT_MAX_CONCURRENT } = options;
  const limited = createConcurrencyLimit(maxConcurrent, MAX_WAITING);
  const dummyHash = makeDummyHash(cost);

  return {
    async hash(password) {
      const fault = hashingFault(password);
      if (fault) throw new DomainError('password_unacceptable', { fields: { password: fault } });
      const { id, pepper } = keyring.current;
      const hashed = await limited(() => bcryptHash(digest(pepper, password), { cost, version: '2b' }));
      return `${VERSION}:${id}:${hashed}`;
    },

    async verify(password, stored) {
      if (hashingFault(password)) return { isCorrect: false, shouldRehash: false };
      const [, keyId = '', hashed = ''] = STORED_FORM.exec(stored ?? '') ?? [];
      const keys = keysById(keyring, keyId);
      const pepper = (keys ?? keyring.current).pepper;
      const isMatch = await limited(() => bcryptVerify(digest(pepper, password), keys ? hashed : dummyHash));
      if (!keys || !isMatch) return { isCorrect: false, shouldRehash: false };
      return { isCorrect: true, shouldRehash: keys !== keyring.current || bcryptOptions(hashed).cost < cost };
    },
  };
}

function digest(pepper: KeyObject, password: string): string {
  return createHmac('sha384', pepper).update(password.normalize('NFC')).digest('base64');
}

/** A check against it takes as long as against a real hash. No password is known for it. */
function makeDummyHash(cost: number): string {
  return `$2b$${String(cost).padStart(2, '0')}$${'.'.repeat(22)}${'.'.repeat(31)}`;
}
