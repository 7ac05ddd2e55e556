// API keys that people type are refused before any handler sees them, and never stored, logged or repeated.
import { holdsKey } from '../../domain/api-key-form.ts';
import type { Message } from '../present/blocks.ts';

const WHAT_TO_DO =
  'Regenerate this one: `/apim-user subscriptions &lt;account&gt;`, then *Key leaked*. That replaces it and tells its owner; the account is not blocked. A token of a program is revoked under `/apim-user tokens`.';

/** The reply to a command or button. */
export const keyRefused: Message = {
  text: `Keys don't belong in Slack, so this was refused and nothing of it is kept here. Anyone who could read what you typed can use the key. ${WHAT_TO_DO}`,
};

/** The reply when the key is in a file, or in the message that a shortcut was used on. */
export const foundKeyRefused: Message = {
  text: `There is a key in it, and keys don't belong in Slack, so nothing was done with it. Delete it where it stands. ${WHAT_TO_DO}`,
};

/** The error beside a field, which takes no mrkdwn. */
const FIELD_ERROR =
  "Keys don't belong in Slack; regenerate this one: close this, /apim-user subscriptions, then Key leaked";

type State = Record<string, Record<string, { type?: string; value?: unknown }>>;

/** Errors by block for the typed texts that look like they have a key. */
export function keyErrors(state: object): Record<string, string> {
  const holding = Object.entries(state as State).filter(([, fields]) =>
    Object.values(fields).some(({ value }) => typeof value === 'string' && holdsKey(value)),
  );
  return Object.fromEntries(holding.map(([block]) => [block, FIELD_ERROR]));
}
