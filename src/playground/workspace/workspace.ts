// The engine: everything the local Slack holds, without HTTP.

import type { Channel, Clock, Message, Person, View } from '../shapes.ts';
import { createConversations } from './conversations.ts';
import { createFiles } from './files.ts';
import { newId, newSecret } from './ids.ts';
import { person, TEAM } from './people.ts';
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
  'team:read',
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
  kept?: { messages: Message[]; homes: View[] };
  /** Where files are had and given; the app calls nothing else of us there. */
  filesUrl?: () => string;
}) {
  let sequence = 0;
  const readers = new Set<() => void>();
  const changed = (): number => {
    sequence += 1;
    for (const tell of readers) tell();
    return sequence;
  };
  const conversations = createConversations({ clock: o.clock, changed, kept: o.kept?.messages ?? [] });
  const views = createViews({ clock: o.clock, changed, keptHomes: o.kept?.homes ?? [] });
  const files = createFiles({ clock: o.clock, filesUrl: o.filesUrl ?? (() => '') });
  const { clearRecords, ...records } = createRecords(o.clock, changed);

  function addPerson(name: string, realName: string, rest: Partial<Person> = {}): Person {
    const made = person(rest.id ?? newId('U'), name, realName, rest);
    conversations.people.set(made.id, made);
    changed();
    return made;
  }

  function addChannel(name: string, rest: Partial<Channel> = {}): Channel {
    const id = rest.id ?? newId('C');
    const made: Channel = {
      id,
      name,
      kind: 'public',
      members: [],
      isArchived: false,
      isExtShared: false,
      ...rest,
    };
    conversations.channels.set(id, made);
    changed();
    return made;
  }

  return {
    clock: o.clock,
    team: TEAM,
    credentials: o.credentials,
    scopes: new Set<string>(FIRST_SCOPES),
    /** Set when the app was uninstalled or its token revoked: the error every call then gets. */
    access: { error: null as 'account_inactive' | 'token_revoked' | null },
    conversations,
    views,
    files,
    triggers: createTriggers(o.clock),
    responseUrls: createResponseUrls({ clock: o.clock, conversations }),
    ...records,
    addPerson,
    addChannel,
    changed,
    sequence: (): number => sequence,
    onChange: (tell: () => void): (() => void) => {
      readers.add(tell);
      return () => readers.delete(tell);
    },
    backToStart: (): void => {
      conversations.clear();
      views.clear();
      files.clear();
      clearRecords();
      changed();
    },
  };
}
