// The certificate for HTTPS, read again when its files change.
import { readFileSync, statSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { Log } from '../log.ts';

export type TlsFiles = { certFile: string; keyFile: string };
export type TlsPair = { cert: Buffer; key: Buffer };

/** Files are polled, because a change of mounted files raises no event. */
const POLL_MS = 5_000;

/** Throws an Error that names the file that is missing or wrong, and nothing of its contents. */
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

/** Passes each new pair to `use`. While certificate and key don't belong together, the former pair stays. */
export function watchTlsPair(files: TlsFiles, log: Log, use: (pair: TlsPair) => void): { stop(): void } {
  let seen = stampOf(files);
  const timer = setInterval(() => {
    const stamp = stampOf(files);
    if (stamp === seen) return;
    seen = stamp;
    try {
      use(readTlsPair(files));
      log.info('the certificate was read again');
    } catch (error) {
      log.warn({ err: error }, 'the changed certificate cannot be used; the former one stays');
    }
  }, POLL_MS);
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
