// State that survives a restart: secrets, messages, Home and the inbox, in DATA_DIR/playground.json (0600).
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../../log.ts';
import type { IdempotencyRow, Mail } from '../mail/inbox.ts';
import { isDict, type Message, type View } from '../shapes.ts';
import { newSecret } from './ids.ts';
import { type Credentials, newCredentials } from './workspace.ts';

const WRITE_AFTER_MS = 250;

export type StoredState = {
  version: 1;
  credentials: Credentials;
  resend: { apiKey: string; webhookSecret: string };
  messages: Message[];
  homes: View[];
  mails: Mail[];
  keys: IdempotencyRow[];
};
export type StateStorage = {
  stored: StoredState;
  /** Writes the result of `read` a moment later. */
  touch: (read: () => StoredState) => void;
  flush: () => Promise<void>;
};

/** Starts afresh, with a warning, when the file is damaged or of another version. `dataDir` null: memory only. */
export async function openStorage(dataDir: string | null, log: Log): Promise<StateStorage> {
  if (dataDir === null) return { stored: firstState(), touch: () => {}, flush: async () => {} };
  const path = join(dataDir, 'playground.json');
  const found = await readState(path, log);
  const stored = found ?? firstState();
  if (!found) {
    // Its secrets must be the same after a restart. A state that is there is not written again: the disk may be full.
    await mkdir(dataDir, { recursive: true });
    await write(path, JSON.stringify(stored));
  }

  let timer: NodeJS.Timeout | null = null;
  let latest: (() => StoredState) | null = null;
  let writing: Promise<void> = Promise.resolve();
  const flush = (): Promise<void> => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    const read = latest;
    latest = null;
    if (read !== null)
      writing = writing
        .then(() => write(path, JSON.stringify(read())))
        .catch(() => log.warn('the playground could not keep its messages'));
    return writing;
  };
  const touch = (read: () => StoredState): void => {
    latest = read;
    timer ??= setTimeout(() => void flush(), WRITE_AFTER_MS).unref();
  };
  return { stored, touch, flush };
}

/** Null when there is none that can be read. */
async function readState(path: string, log: Log): Promise<StoredState | null> {
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text === null) return null;
  try {
    const parsed: unknown = JSON.parse(text);
    if (isDict(parsed) && parsed.version === 1) return parsed as StoredState;
  } catch {}
  log.warn('the playground could not read what it kept and starts afresh');
  return null;
}

const firstState = (): StoredState => ({
  version: 1,
  credentials: newCredentials(),
  resend: {
    apiKey: `re_playground_${newSecret(12)}`,
    webhookSecret: `whsec_${Buffer.from(newSecret(24), 'hex').toString('base64')}`,
  },
  messages: [],
  homes: [],
  mails: [],
  keys: [],
});

/** Renames a complete new file over the old one, so that a killed process never leaves half a file. */
async function write(path: string, text: string): Promise<void> {
  const beside = `${path}.${process.pid}.new`;
  const file = await open(beside, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(beside, path);
}
