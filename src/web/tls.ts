// The certificate with which the server speaks HTTPS itself, read again when its files change.
import { readFileSync, statSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { Log } from '../log.ts';

export type TlsFiles = { certFile: string; keyFile: string };
export type TlsPair = { cert: Buffer; key: Buffer };

/** How soon a renewed certificate is taken. Looked at by time: a change of mounted files raises no event. */
const LOOK_EVERY_MS = 5_000;

/** Certificate and key that belong together. Throws an Error that says which file is wrong, and never what is in it. */
export function readTlsPair({ certFile, keyFile }: TlsFiles): TlsPair {
  const cert = readFile(certFile);
  const key = readFile(keyFile);
  try {
    createSecureContext({ cert, key });
  } catch {
    throw new Error(`${certFile} and ${keyFile} are not a certificate and its key in PEM`);
  }
  return { cert, key };
}

/** Hands each new pair to `take`; while the files don't fit together, the former pair stays. */
export function watchTlsPair(files: TlsFiles, log: Log, take: (pair: TlsPair) => void): { stop(): void } {
  let seen = stampOf(files);
  const timer = setInterval(() => {
    const stamp = stampOf(files);
    if (stamp === seen) return;
    seen = stamp;
    try {
      take(readTlsPair(files));
      log.info('the certificate was read again');
    } catch (error) {
      log.warn({ err: error }, 'the changed certificate cannot be used; the former one stays');
    }
  }, LOOK_EVERY_MS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}

function readFile(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch {
    throw new Error(`${file} can't be read`);
  }
}

function stampOf({ certFile, keyFile }: TlsFiles): string {
  return [certFile, keyFile]
    .map((file) => {
      const found = statSync(file, { throwIfNoEntry: false });
      return found ? `${found.ino} ${found.size} ${found.mtimeMs}` : 'gone';
    })
    .join(' ');
}
