// A trigger_id opens one modal, within three seconds of the person's action.
import { randomInt } from 'node:crypto';
import type { Clock } from '../shapes.ts';
import { newSecret } from './ids.ts';
import { SlackRefusal } from './slack-refusal.ts';

const TRIGGER_LIFETIME_MS = 3_000;
const MAX_REMEMBERED = 1_000;

export function createTriggers(clock: Clock) {
  const minted = new Map<string, { user: string; mintedAt: number; isSpent: boolean }>();

  function mint(user: string): string {
    const id = `${clock().getTime()}.${randomInt(1e12)}.${newSecret(16)}`;
    minted.set(id, { user, mintedAt: clock().getTime(), isSpent: false });
    if (minted.size > MAX_REMEMBERED) minted.delete(minted.keys().next().value ?? '');
    return id;
  }

  /** The person whose action this was. Errors: `invalid_trigger_id`, `exchanged_trigger_id`, `expired_trigger_id`. */
  function check(id: string): string {
    const trigger = minted.get(id);
    if (trigger === undefined) throw new SlackRefusal('invalid_trigger_id');
    if (trigger.isSpent) throw new SlackRefusal('exchanged_trigger_id');
    if (clock().getTime() - trigger.mintedAt > TRIGGER_LIFETIME_MS)
      throw new SlackRefusal('expired_trigger_id');
    return trigger.user;
  }

  function spend(id: string): void {
    const trigger = minted.get(id);
    if (trigger !== undefined) trigger.isSpent = true;
  }

  return { mint, check, spend };
}
