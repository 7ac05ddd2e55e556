// API keys that people type are refused before any handler sees them, and never stored, logged or repeated.
import { holdsKey } from '../../domain/api-key-form.ts';
import type { Message } from '../present/blocks.ts';

const WHAT_TO_DO =
  "Replace it now: `/apim-user subscriptions &lt;account&gt;`, then *Key leaked*. A mail tells its owner; the account isn't blocked. If it's a program's token, revoke it in `/apim-user tokens`.";

/** The reply to a command or button. */
export const keyRefused: Message = {
  text: `Keys don't belong in Slack, so this was refused and not stored here. Anyone who could read what you typed can use the key. ${WHAT_TO_DO}`,
};

/** The reply when the key is in a file, or in the message that a shortcut was used on. */
export const foundKeyRefused: Message = {
  text: `This contains a key, and keys don't belong in Slack, so nothing was done. Delete the message or file that has it. ${WHAT_TO_DO}`,
};

/** The error beside a field, which takes no mrkdwn. */
const FIELD_ERROR =
  "Keys don't belong in Slack. Replace this one now: close this form, then use /apim-user subscriptions and Key leaked";

type State = Record<string, Record<string, { type?: string; value?: unknown }>>;

/** Errors by block for the typed texts that look like they have a key. */
export function keyErrors(state: object): Record<string, string> {
  const holding = Object.entries(state as State).filter(([, fields]) =>
    Object.values(fields).some(({ value }) => typeof value === 'string' && holdsKey(value)),
  );
  return Object.fromEntries(holding.map(([block]) => [block, FIELD_ERROR]));
}
