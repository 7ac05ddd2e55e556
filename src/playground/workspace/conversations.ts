// People, channels and what was said in them.

import type { Channel, Clock, Message, Person, SharedFile } from '../shapes.ts';
import { createTimestamps } from './ids.ts';
import { nameBlocks } from './naming.ts';
import { APP, directMessage, directMessageId, firstChannels, firstPeople } from './people.ts';

/** Older messages fall away: the workspace is a playground, not an archive. */
const MAX_MESSAGES = 2_000;

export type NewMessage = {
  channel: string;
  user: string;
  text: string;
  blocks?: unknown;
  files?: SharedFile[];
  threadTs?: string | null;
  onlyFor?: string | null;
};

export type Conversations = ReturnType<typeof createConversations>;

export function createConversations(o: { clock: Clock; changed: () => number; kept: Message[] }) {
  const people = new Map<string, Person>(firstPeople().map((one) => [one.id, one]));
  const channels = new Map<string, Channel>(firstChannels().map((one) => [one.id, one]));
  let messages: Message[] = [...o.kept];
  const hearers: ((message: Message) => void)[] = [];
  const nextTs = createTimestamps(o.clock, messages.at(-1)?.ts);

  function post(m: NewMessage): Message {
    const message: Message = {
      ts: nextTs(),
      channel: m.channel,
      user: m.user,
      text: m.text,
      blocks: nameBlocks(m.blocks),
      ...(m.files && { files: m.files }),
      threadTs: m.threadTs ?? null,
      editedTs: null,
      onlyFor: m.onlyFor ?? null,
      changed: o.changed(),
    };
    messages.push(message);
    if (messages.length > MAX_MESSAGES) messages = messages.slice(-MAX_MESSAGES);
    for (const hear of hearers) hear(message);
    return message;
  }

  function edit(message: Message, text: string, blocks: unknown): void {
    message.text = text;
    if (blocks !== undefined) {
      message.former = message.blocks;
      message.blocks = nameBlocks(blocks);
    }
    message.editedTs = nextTs();
    message.changed = o.changed();
  }

  function remove(message: Message): void {
    messages = messages.filter((one) => one !== message);
    o.changed();
  }

  const find = (channel: string, ts: string): Message | null =>
    messages.find((one) => one.channel === channel && one.ts === ts) ?? null;

  /** What one person can read: the channels they are in (and public ones), without others' ephemerals. */
  function visibleTo(user: string): Message[] {
    return messages.filter((one) => {
      const channel = channels.get(one.channel);
      return (
        channel !== undefined && canRead(channel, user) && (one.onlyFor === null || one.onlyFor === user)
      );
    });
  }

  /** The app's direct message with a person; made on first need. Null when there is no such person. */
  function openDirectMessage(user: string): Channel | null {
    const one = people.get(user);
    if (one === undefined || one.isBot) return null;
    const existing = channels.get(directMessageId(user));
    if (existing !== undefined) return existing;
    const made = directMessage(user);
    channels.set(made.id, made);
    o.changed();
    return made;
  }

  return {
    people,
    channels,
    post,
    onPosted: (hear: (message: Message) => void): void => void hearers.push(hear),
    edit,
    remove,
    find,
    visibleTo,
    openDirectMessage,
    nextTs,
    all: (): readonly Message[] => messages,
    clear: (): void => {
      messages = [];
      o.changed();
    },
    isBotIn: (channel: Channel): boolean => channel.members.includes(APP.botUserId),
  };
}

export const canRead = (channel: Channel, user: string): boolean =>
  channel.kind === 'public' || channel.members.includes(user);
