// Files that were shared. Their bytes are in memory only; a message remembers what was in it.

import type { Clock, Dict, SharedFile } from '../shapes.ts';
import { newId, newSecret } from './ids.ts';
import { APP, TEAM } from './people.ts';
import { SlackRefusal } from './slack-refusal.ts';

/** A playground, not an archive: older files fall away. */
const MAX_FILES = 50;
export const MAX_FILE_BYTES = 20_000_000;
const MAX_NAME_LENGTH = 255;

type StoredFile = SharedFile & { bytes: Buffer; at: number; channel: string | null };
type Slot = { id: string; name: string; length: number; bytes: Buffer | null };

export function createFiles(o: { clock: Clock; filesUrl: () => string }) {
  const files = new Map<string, StoredFile>();
  const slots = new Map<string, Slot>();

  function add(user: string, name: string, bytes: Buffer, id = newId('F')): SharedFile {
    const named = name.replace(/[/\\\p{Cc}]/gu, '_').slice(0, MAX_NAME_LENGTH) || 'untitled';
    const isText = /\.(csv|tsv|txt)$/i.test(named);
    const file: SharedFile = {
      id,
      name: named,
      size: bytes.length,
      mimetype: isText ? 'text/csv' : 'application/octet-stream',
      user,
    };
    files.set(id, { ...file, bytes, at: Math.floor(o.clock().getTime() / 1000), channel: null });
    if (files.size > MAX_FILES) files.delete(files.keys().next().value ?? '');
    return file;
  }

  return {
    add,
    find: (id: string): StoredFile | null => files.get(id) ?? null,
    shareIn(id: string, channel: string): void {
      const file = files.get(id);
      if (file !== undefined) file.channel = channel;
    },
    /** The first of the three steps in which an app gives a file. */
    openSlot(name: string, length: number): { uploadUrl: string; id: string } {
      const [id, secret] = [newId('F'), newSecret(16)];
      slots.set(secret, { id, name, length, bytes: null });
      return { uploadUrl: `${o.filesUrl()}/upload/v1/${secret}`, id };
    },
    /** The second: false when nothing was announced there, or something of another length. */
    fillSlot(secret: string, bytes: Buffer): boolean {
      const slot = slots.get(secret);
      if (slot === undefined || slot.length !== bytes.length) return false;
      slot.bytes = bytes;
      return true;
    },
    /** The third: a file is there once only. */
    takeSlot(id: string): SharedFile {
      const [secret, slot] = [...slots].find(([, one]) => one.id === id) ?? [];
      if (secret === undefined || !slot?.bytes) throw new SlackRefusal('file_not_found');
      slots.delete(secret);
      return add(APP.botUserId, slot.name, slot.bytes, id);
    },
    /** As Slack writes it. */
    json(file: SharedFile): Dict {
      const url = `${o.filesUrl()}/files-pri/${TEAM.id}-${file.id}/${encodeURIComponent(file.name)}`;
      const at = files.get(file.id)?.at ?? 0;
      return {
        id: file.id,
        created: at,
        timestamp: at,
        name: file.name,
        title: file.name,
        mimetype: file.mimetype,
        filetype: /\.(\w+)$/.exec(file.name)?.[1] ?? 'binary',
        pretty_type: 'File',
        user: file.user,
        user_team: TEAM.id,
        editable: false,
        size: file.size,
        mode: 'hosted',
        is_external: false,
        external_type: '',
        is_public: false,
        public_url_shared: false,
        display_as_bot: false,
        username: '',
        url_private: url,
        url_private_download: url,
        permalink: `https://${TEAM.domain}.slack.com/files/${file.user}/${file.id}/file`,
        has_rich_preview: false,
        file_access: 'visible',
      };
    },
    clear(): void {
      files.clear();
      slots.clear();
    },
  };
}
