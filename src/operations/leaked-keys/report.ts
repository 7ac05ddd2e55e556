import { z } from 'zod';
import { newId } from '../../db/ids.ts';
import { findTokenByHash } from '../../db/operators/tokens.ts';
import { holdLock } from '../../db/rows.ts';
import type { LeakPlace } from '../../db/schema/leaked-keys.ts';
import {
  findKeyByHash,
  findLeakedKeyByHash,
  insertLeakedKey,
  type LeakedKey,
  lockLeakedKey,
  updateLeakedKey,
} from '../../db/subscriptions/leaked-keys.ts';
import type { Subscription } from '../../db/subscriptions/subscriptions.ts';
import { DomainError } from '../../domain/domain-error.ts';
import type { HeldKeySlot } from '../../domain/key-life.ts';
import type { Text } from '../../languages/languages.ts';
import type { MailValue } from '../../mail/templates/value.ts';
import { type Act, defineOperation, SYSTEM } from '../frame/operation.ts';
import { tellOwner } from '../subscriptions/mails.ts';
import { holdSubscription } from '../subscriptions/subscription.ts';
import { endSecret } from './end.ts';
import { keyHash, leakPlace, MAX_REPORTED } from './input.ts';
import { queueLeakRepaint, targetOf } from './leaked-key.ts';

/** More places are counted, and not kept. */
const MAX_PLACES = 10;

/**
 * Records that a scanner saw a key or token in public. The first report makes a card and tells the owner; with
 * `endsAtOnce` the key is replaced, or the token revoked, in the same transaction. Later reports add their places to the
 * card, also once it's settled. Nothing follows for a key that ended before, or whose account is deleted.
 */
export const reportLeakedKey = defineOperation({
  name: 'leaked-keys/report',
  allowed: SYSTEM,
  effect: 'change',
  input: {
    hash: keyHash,
    places: z.array(leakPlace).max(MAX_REPORTED),
    endsAtOnce: z.boolean().default(false),
  },
  async run(act, { hash, places: reported, endsAtOnce }) {
    const places = unique(reported);
    const serviceId = act.service.id;
    // The same report may come twice at once.
    await holdLock(act.tx, `leaked key ${serviceId} ${hash}`);
    const known = await findLeakedKeyByHash(act.tx, serviceId, hash);
    if (known) return addPlaces(act, known.id, places);
    const secret = await holdSecret(act, hash);
    if (!secret) return act.nothingChanged();
    const leak = await insertLeakedKey(act.tx, {
      ...{ serviceId, id: newId(act.now, act.random), hash },
      ...(secret.kind === 'token'
        ? { tokenId: secret.id }
        : { subscriptionId: secret.subscription.id, slot: secret.slot }),
      ...{ places: places.slice(0, MAX_PLACES), placeCount: places.length },
      ...{ state: 'open' as const, reportedAt: act.now, changedAt: act.now },
    });
    if (!leak) throw new DomainError('overtaken');
    act.record({
      target: targetOf(leak),
      after: {
        ...{ places: places.length, sources: sourcesOf(places), endsAtOnce },
        ...(leak.slot ? { key: leak.slot } : {}),
      },
    });
    await queueLeakRepaint(act, leak.id);
    if (endsAtOnce) await endSecret(act, leak);
    else if (secret.kind === 'key') await tellOfFoundKey(act, secret, places);
  },
});

const unique = (places: readonly LeakPlace[]): LeakPlace[] => [
  ...new Map(places.map((place) => [`${place.source} ${place.url}`, place])).values(),
];

const sourcesOf = (places: readonly LeakPlace[]): string[] => [
  ...new Set(places.map(({ source }) => source)),
];

async function addPlaces(act: Act, id: string, reported: readonly LeakPlace[]): Promise<void> {
  const leak = (await lockLeakedKey(act.tx, act.service.id, id)) as LeakedKey;
  const isKnown = ({ url, source }: LeakPlace) =>
    leak.places.some((place) => place.url === url && place.source === source);
  const added = reported.filter((place) => !isKnown(place));
  // Places that aren't kept can't be told from new ones.
  if (added.length === 0 || leak.places.length >= MAX_PLACES) return act.nothingChanged();
  await updateLeakedKey(act.tx, leak, {
    places: [...leak.places, ...added].slice(0, MAX_PLACES),
    placeCount: leak.placeCount + added.length,
    changedAt: act.now,
  });
  await queueLeakRepaint(act, id);
  act.record({
    target: targetOf(leak),
    after: { places: leak.placeCount + added.length, sources: sourcesOf(added) },
  });
}

type Secret = { kind: 'token'; id: string } | { kind: 'key'; subscription: Subscription; slot: HeldKeySlot };

/** What still works. Locks a subscription, and its account before it, as every change does. */
async function holdSecret(act: Act, hash: string): Promise<Secret | null> {
  const key = await findKeyByHash(act.tx, act.service.id, hash);
  if (key) {
    if (key.endsAt && key.endsAt <= act.now) return null;
    try {
      const subscription = await holdSubscription(act, key.subscriptionId);
      // It may have been replaced while this waited.
      return (await findKeyByHash(act.tx, act.service.id, hash))
        ? { kind: 'key', subscription, slot: key.slot }
        : null;
    } catch (error) {
      if (error instanceof DomainError && error.code === 'subscription_not_found') return null;
      throw error;
    }
  }
  const token = await findTokenByHash(act.tx, act.service.id, hash);
  return token && !token.revokedAt && token.expiresAt > act.now ? { kind: 'token', id: token.id } : null;
}

const KEY_NAMES = {
  primary: 'primary',
  secondary: 'secondary',
  'former-primary': 'former primary',
  'former-secondary': 'former secondary',
} as const satisfies Record<HeldKeySlot, Text>;
const keyName =
  (slot: HeldKeySlot): MailValue =>
  (say) =>
    say(KEY_NAMES[slot]);

async function tellOfFoundKey(
  act: Act,
  { subscription, slot }: Extract<Secret, { kind: 'key' }>,
  places: readonly LeakPlace[],
): Promise<void> {
  const LeakPlace = places.find(({ url }) => url !== '')?.url ?? '';
  await tellOwner(act, subscription, 'KeyFoundInPublic', {
    KeyName: keyName(slot),
    KeyUrl: `${act.policy.publicUrl}/portal/subscriptions/${encodeURIComponent(subscription.id)}`,
    LeakPlace,
  });
}
