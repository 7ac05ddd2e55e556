// Everything that the local Slack holds, without HTTP.
import type { Channel, Clock, Message, Person, View } from '../shapes.ts';
import { createConversations } from './conversations.ts';
import { createFiles } from './files.ts';
import { newId, newSecret } from './ids.ts';
import { channel, person } from './people.ts';
import { createRecords } from './records.ts';
import { createResponseUrls } from './response-urls.ts';
import { createTriggers } from './triggers.ts';
import { createViews } from './views.ts';

const FIRST_SCOPES = [
  'commands',
  'chat:write',
  'im:write',
  'im:read',
  'im:history',
  'users:read',
  'users:read.email',
  'channels:read',
  'groups:read',
  'files:read',
  'files:write',
];

export type Credentials = { botToken: string; signingSecret: string };
export type Workspace = ReturnType<typeof createWorkspace>;

export const newCredentials = (): Credentials => ({
  botToken: `xoxb-playground-${newSecret(20)}`,
  signingSecret: newSecret(16),
});

export function createWorkspace(o: {
  clock: Clock;
  credentials: Credentials;
  stored: { messages: Message[]; homes: View[] };
  /** Where the app uploads and downloads files. */
  filesUrl: () => string;
}) {
  const { clock, credentials, stored } = o;
  const { changed, ...changes } = createChanges();
  const conversations = createConversations({ clock, changed, stored: stored.messages });
  const views = createViews({ clock, changed, storedHomes: stored.homes });
  const files = createFiles(o.filesUrl);
  const { clearRecords, ...records } = createRecords(clock, changed);

  return {
    clock,
    credentials,
    scopes: new Set<string>(FIRST_SCOPES),
    /** The error that every call gets once the token is revoked. */
    access: { error: null as 'token_revoked' | null },
    conversations,
    views,
    files,
    triggers: createTriggers(clock),
    responseUrls: createResponseUrls({ clock, conversations }),
    ...records,
    addPerson: (name: string, realName: string, rest: Partial<Person> = {}): Person =>
      conversations.addPerson(person(rest.id ?? newId('U'), name, realName, rest)),
    addChannel: (name: string, rest: Partial<Channel> = {}): Channel =>
      conversations.addChannel(channel(rest.id ?? newId('C'), name, rest)),
    changed,
    ...changes,
    backToStart(): void {
      conversations.clear();
      views.clear();
      files.clear();
      clearRecords();
      changed();
    },
  };
}

/** A number that grows with every change, and the listeners for changes. */
function createChanges() {
  let sequence = 0;
  const listeners = new Set<() => void>();
  return {
    changed(): number {
      sequence += 1;
      for (const listener of listeners) listener();
      return sequence;
    },
    sequence: (): number => sequence,
    onChange(listener: () => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
