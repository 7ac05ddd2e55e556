// Shared files. Their bytes are in memory only; a message stores their name and size.
import type { Dict, SharedFile } from '../shapes.ts';
import { newId, newSecret } from './ids.ts';
import { APP } from './people.ts';
import { fileJson } from './slack-json.ts';
import { SlackRefusal } from './slack-refusal.ts';

/** Beyond this, the oldest file is dropped. */
const MAX_FILES = 50;
export const MAX_FILE_BYTES = 20_000_000;
const MAX_NAME_LENGTH = 255;

type StoredFile = SharedFile & { bytes: Buffer; channel: string | null };
type Announced = { name: string; length: number; altText: string };
type UploadSlot = Announced & { id: string; bytes: Buffer | null };

/** As Slack names the types of what the app uploads and people share. */
function mimetypeOf(name: string): string {
  if (/\.png$/i.test(name)) return 'image/png';
  return /\.(csv|tsv|txt)$/i.test(name) ? 'text/csv' : 'application/octet-stream';
}

export function createFiles(filesUrl: () => string) {
  const files = new Map<string, StoredFile>();
  const slots = new Map<string, UploadSlot>();

  function add(
    user: string,
    rawName: string,
    bytes: Buffer,
    { id = newId('F'), altText = '' } = {},
  ): SharedFile {
    const name = rawName.replace(/[/\\\p{Cc}]/gu, '_').slice(0, MAX_NAME_LENGTH) || 'untitled';
    const file: SharedFile = { id, name, size: bytes.length, mimetype: mimetypeOf(name), user, altText };
    files.set(id, { ...file, bytes, channel: null });
    if (files.size > MAX_FILES) files.delete(files.keys().next().value ?? '');
    return file;
  }

  return {
    add,
    find: (id: string): StoredFile | null => files.get(id) ?? null,
    json: (file: SharedFile): Dict => fileJson(file, filesUrl()),
    shareIn(id: string, channel: string): void {
      const file = files.get(id);
      if (file !== undefined) file.channel = channel;
    },
    /** Errors: `file_not_found`, also for an upload that was announced and not completed; Slack drops it by itself. */
    remove(id: string): void {
      if (!files.delete(id)) throw new SlackRefusal('file_not_found');
    },
    clear(): void {
      files.clear();
      slots.clear();
    },
    ...createUploads(slots, filesUrl, add),
  };
}

/** An app uploads a file in three steps: it announces the length, sends the bytes, and completes the upload once. */
function createUploads(
  slots: Map<string, UploadSlot>,
  filesUrl: () => string,
  add: (user: string, name: string, bytes: Buffer, more: { id: string; altText: string }) => SharedFile,
) {
  return {
    openSlot(announced: Announced): { uploadUrl: string; id: string } {
      const [id, secret] = [newId('F'), newSecret(16)];
      slots.set(secret, { ...announced, id, bytes: null });
      return { uploadUrl: `${filesUrl()}/upload/v1/${secret}`, id };
    },
    /** False for an unknown slot, and when the length is not the announced one. */
    fillSlot(secret: string, bytes: Buffer): boolean {
      const slot = slots.get(secret);
      if (slot?.length !== bytes.length) return false;
      slot.bytes = bytes;
      return true;
    },
    /** Errors: `file_not_found`, also when its bytes have not come yet. */
    takeSlot(id: string): SharedFile {
      const [secret, slot] = [...slots].find(([, one]) => one.id === id) ?? [];
      if (secret === undefined || !slot?.bytes) throw new SlackRefusal('file_not_found');
      slots.delete(secret);
      return add(APP.botUserId, slot.name, slot.bytes, slot);
    },
  };
}
