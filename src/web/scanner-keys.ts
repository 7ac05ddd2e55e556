// The public keys of a scanner of leaked secrets, by their ids: from a file, or fetched and kept.
import { verify } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { HttpRefusal } from './refusal.ts';

const FETCH_LIMIT_MS = 5_000;
const MAX_DOCUMENT_LENGTH = 100_000;
/** An unknown id makes us fetch again, and anyone can send one. */
const FETCH_AGAIN_MS = 60_000;
const MAX_ID_LENGTH = 200;

/** As GitHub publishes them: https://api.github.com/meta/public_keys/secret_scanning. */
const list = z.object({
  public_keys: z.array(z.object({ key_identifier: z.string(), key: z.string() })).max(100),
});

export type ScannerKeys = {
  /**
   * Whether the key with this id signed the body: ECDSA on P-256 with SHA-256, its DER in base64. Errors: `unavailable` for
   * an unknown id while the list can't be had.
   */
  hasSigned(body: Uint8Array, keyId: string, signature: string): Promise<boolean>;
};

/** Throws for a list that can't be read. */
export const readScannerKeys = (text: string): Map<string, string> =>
  new Map(list.parse(JSON.parse(text)).public_keys.map(({ key_identifier: id, key }) => [id, key]));

/** `onFault` hears when the list can't be had; the keys known so far stay. */
export function createScannerKeys(
  from: { url: string } | { file: string },
  { now = () => performance.now(), onFault }: { now?: () => number; onFault: (error: unknown) => void },
): ScannerKeys {
  let known = new Map<string, string>();
  let askedAt = Number.NEGATIVE_INFINITY;
  let asking: Promise<void> | null = null;
  let isListHad = false;

  async function ask(): Promise<void> {
    askedAt = now();
    try {
      known = readScannerKeys('url' in from ? await fetchText(from.url) : await readFile(from.file, 'utf8'));
      isListHad = true;
    } catch (error) {
      isListHad = false;
      onFault(error);
    }
  }
  async function keyOf(id: string): Promise<string | null> {
    const present = known.get(id);
    if (present !== undefined) return present;
    if (now() - askedAt >= FETCH_AGAIN_MS) asking ??= ask().finally(() => (asking = null));
    await asking;
    const key = known.get(id);
    // It may be a key that is new: refused, its report would be lost.
    if (key === undefined && !isListHad) throw new HttpRefusal('unavailable', FETCH_AGAIN_MS / 1_000);
    return key ?? null;
  }
  return {
    async hasSigned(body, keyId, signature) {
      if (keyId === '' || keyId.length > MAX_ID_LENGTH || signature === '') return false;
      const key = await keyOf(keyId);
      return key !== null && isSigned(body, key, signature);
    },
  };
}

function isSigned(body: Uint8Array, key: string, signature: string): boolean {
  try {
    return verify('sha256', body, { key, dsaEncoding: 'der' }, Buffer.from(signature, 'base64'));
  } catch {
    // A signature that is no DER, or a key of another kind.
    return false;
  }
}

/** The address is the operator's, and leads to no other one. */
async function fetchText(url: string): Promise<string> {
  const response = await fetch(url, {
    redirect: 'error',
    signal: AbortSignal.timeout(FETCH_LIMIT_MS),
    headers: { accept: 'application/json', 'user-agent': 'apim-user' },
  });
  const text = await response.text();
  if (!response.ok || text.length > MAX_DOCUMENT_LENGTH)
    throw new Error(`the keys of the scanner: ${response.status}`);
  return text;
}
