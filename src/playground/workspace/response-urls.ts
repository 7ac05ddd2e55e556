// A response_url takes five posts within thirty minutes, and answers only the action that Slack made it for.
import { checkMessage } from '../checks/payloads.ts';
import { type Clock, type Dict, type Message, textOf } from '../shapes.ts';
import type { Conversations } from './conversations.ts';
import { newId, newSecret } from './ids.ts';
import { APP } from './people.ts';
import { SlackRefusal } from './slack-refusal.ts';

const MAX_POSTS = 5;
const LIFETIME_MS = 30 * 60_000;
const MAX_REMEMBERED = 5_000;

type ResponseUrl = { user: string; channel: string; about: Message | null; mintedAt: number; posts: number };

export function createResponseUrls(o: { clock: Clock; conversations: Conversations }) {
  const minted = new Map<string, ResponseUrl>();

  /** The path below `/playground/slack/` that the app posts to. */
  function mint(user: string, channel: string, about: Message | null): string {
    const path = `hooks/${newId('T')}/${newId('H')}/${newSecret(12)}`;
    minted.set(path, { user, channel, about, mintedAt: o.clock().getTime(), posts: 0 });
    if (minted.size > MAX_REMEMBERED) minted.delete(minted.keys().next().value ?? '');
    return path;
  }

  /** Errors: `invalid_url`, `expired_url`, `used_url`, and those of `checkMessage`. */
  function receive(path: string, body: Dict): void {
    const url = minted.get(path);
    if (url === undefined) throw new SlackRefusal('invalid_url');
    if (o.clock().getTime() - url.mintedAt > LIFETIME_MS) throw new SlackRefusal('expired_url');
    if (url.posts >= MAX_POSTS) throw new SlackRefusal('used_url');
    url.posts += 1;
    apply(url.user, url.channel, url.about, body);
  }

  /** Posts or replaces a message, for a response_url and for a command's answer. Errors: as of `checkMessage`. */
  function apply(user: string, channel: string, about: Message | null, body: Dict): void {
    const present = about && o.conversations.find(about.channel, about.ts);
    checkMessage(body);
    const text = textOf(body.text);
    if (body.replace_original === true && present) {
      o.conversations.edit(present, text, body.blocks ?? []);
      return;
    }
    o.conversations.post({ channel, user: APP.botUserId, text, blocks: body.blocks, onlyFor: user });
  }

  return { mint, receive, apply };
}
