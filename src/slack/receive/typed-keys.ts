// A key that somebody types is refused before anything is made of it: not looked at, not kept, not said again.
import { holdsKey } from '../../domain/api-key-form.ts';
import type { Message } from '../present/blocks.ts';

const WAY_OUT =
  'Regenerate this one: `/apim-user subscriptions &lt;account&gt;`, then *Key leaked*. That replaces it and tells its owner; the account is not blocked. A token of a program is revoked under `/apim-user tokens`.';

/** Said instead of an answer. */
export const keyRefused: Message = {
  text: `Keys don't belong in Slack, so this was refused and nothing of it is kept here. Whoever could read what you typed can use the key. ${WAY_OUT}`,
};

/** For the message that somebody used a shortcut on, or a file. */
export const foundKeyRefused: Message = {
  text: `There is a key in it, and keys don't belong in Slack, so nothing was done with it. Delete it where it stands. ${WAY_OUT}`,
};

/** Said beside a field, which takes plain words. */
const IN_FIELD =
  "Keys don't belong in Slack; regenerate this one: close this, /apim-user subscriptions, then Key leaked";

type State = Record<string, Record<string, { type?: string; value?: unknown }>>;

/** The typed texts of a form that hold what looks like a key, by block, with what is wrong. Choices are not typed. */
export function keyErrors(state: object): Record<string, string> {
  const holding = Object.entries(state as State).filter(([, fields]) =>
    Object.values(fields).some(({ value }) => typeof value === 'string' && holdsKey(value)),
  );
  return Object.fromEntries(holding.map(([block]) => [block, IN_FIELD]));
}
