// People, channels and the messages in them.
import type { Channel, Clock, Message, Person, SharedFile } from '../shapes.ts';
import { createTimestamps, nameBlocks } from './ids.ts';
import { directMessage, directMessageId, firstChannels, firstPeople } from './people.ts';

/** Beyond this, the oldest messages are dropped. */
const MAX_MESSAGES = 2_000;

type NewMessage = {
  channel: string;
  user: string;
  text: string;
  blocks?: unknown;
  files?: SharedFile[];
  onlyFor?: string | null;
};
type Parts = { clock: Clock; changed: () => number; stored: Message[] };
export type Conversations = ReturnType<typeof createConversations>;

export function createConversations(o: Parts) {
  const directory = createDirectory(o.changed);
  const messages = createMessages(o);

  /** The messages in public channels and in the person's own, except ephemeral ones for other people. */
  function visibleTo(user: string): Message[] {
    return messages.all().filter(({ channel: id, onlyFor }) => {
      const found = directory.channels.get(id);
      return found !== undefined && canRead(found, user) && (onlyFor === null || onlyFor === user);
    });
  }

  return { ...directory, ...messages, visibleTo };
}

export const canRead = ({ kind, members }: Channel, user: string): boolean =>
  kind === 'public' || members.includes(user);

function createDirectory(changed: () => number) {
  const people = new Map<string, Person>(firstPeople().map((one) => [one.id, one]));
  const channels = new Map<string, Channel>(firstChannels().map((one) => [one.id, one]));

  function added<T extends { id: string }>(map: Map<string, T>, made: T): T {
    map.set(made.id, made);
    changed();
    return made;
  }

  return {
    people,
    channels,
    addPerson: (made: Person): Person => added(people, made),
    addChannel: (made: Channel): Channel => added(channels, made),
    /** The app's direct message with a person; made when it is first needed. Null for a bot and for an unknown person. */
    openDirectMessage(user: string): Channel | null {
      if (people.get(user)?.isBot !== false) return null;
      return channels.get(directMessageId(user)) ?? added(channels, directMessage(user));
    },
  };
}

function createMessages({ clock, changed, stored }: Parts) {
  let messages: Message[] = [...stored];
  const listeners: ((message: Message) => void)[] = [];
  const nextTs = createTimestamps(clock, messages.at(-1)?.ts);

  function post({ blocks, onlyFor = null, ...rest }: NewMessage): Message {
    const message: Message = {
      ...rest,
      ts: nextTs(),
      blocks: nameBlocks(blocks),
      editedTs: null,
      onlyFor,
      changed: changed(),
    };
    messages = [...messages.slice(1 - MAX_MESSAGES), message];
    for (const listener of listeners) listener(message);
    return message;
  }

  function edit(message: Message, text: string, blocks: unknown): void {
    message.text = text;
    if (blocks !== undefined) {
      message.former = message.blocks;
      message.blocks = nameBlocks(blocks);
    }
    message.editedTs = nextTs();
    message.changed = changed();
  }

  /** The messages that share a file say that it is deleted. */
  function markDeleted(fileId: string): void {
    for (const message of messages) {
      const file = message.files?.find(({ id }) => id === fileId);
      if (!file) continue;
      file.isDeleted = true;
      message.changed = changed();
    }
  }

  return {
    nextTs,
    post,
    edit,
    markDeleted,
    find: (channel: string, ts: string): Message | null =>
      messages.find((one) => one.channel === channel && one.ts === ts) ?? null,
    all: (): readonly Message[] => messages,
    onPosted: (listener: (message: Message) => void): void => void listeners.push(listener),
    clear(): void {
      messages = [];
      changed();
    },
  };
}
