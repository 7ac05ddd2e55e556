import { countAccountsByState } from '../../db/accounts/accounts.ts';
import { listInvitations } from '../../db/accounts/invitations.ts';
import { countAccounts } from '../../db/accounts/lists.ts';
import { countForDigest, isDigestOn } from '../../db/outbox/digests.ts';
import { countListedSubscriptions } from '../../db/subscriptions/lists.ts';
import { wantedOf } from '../accounts/wanted.ts';
import { defineOperation, OPERATORS } from '../frame/operation.ts';
import { hoursAfter } from '../frame/outbox.ts';
import { subscriptionsWanted } from '../subscriptions/list.ts';

const WEEK_HOURS = 7 * 24;
/** What waits longer is shown. */
const WAITS_TOO_LONG_HOURS = 3 * 24;
const IDLE = { state: 'active', idle: 90, neverSignedIn: false } as const;
const COUNTED_UP_TO = 1_000;

export type Digest = Awaited<ReturnType<typeof showDigest>>;

/**
 * What Monday's digest says: what came in the last seven days, and what is left to do. Each number stops at 1,001, which
 * stands for more than 1,000, except `blocked`. `isOn`: the digest is posted each Monday.
 */
export const showDigest = defineOperation({
  name: 'digests/show',
  allowed: [...OPERATORS, 'system'],
  effect: 'read',
  input: {},
  async run(act) {
    const { tx, service, now } = act;
    const serviceId = service.id;
    const upTo = COUNTED_UP_TO;
    const subscriptions = (wanted: Parameters<typeof subscriptionsWanted>[1]) =>
      countListedSubscriptions(tx, serviceId, subscriptionsWanted(now, wanted), upTo);
    const [isOn, counts, { blocked }, idle, undelivered, keysEnding, nearQuota, limited] = await Promise.all([
      isDigestOn(tx, serviceId),
      countForDigest(tx, {
        serviceId,
        since: hoursAfter(now, -WEEK_HOURS),
        waitingBefore: hoursAfter(now, -WAITS_TOO_LONG_HOURS),
        upTo,
      }),
      countAccountsByState(tx, serviceId),
      countAccounts(tx, serviceId, wantedOf(act, IDLE), upTo),
      listInvitations(tx, serviceId, { onlyOpenAt: now, undelivered: true }).count(upTo),
      subscriptions({ keyEnds: true }),
      subscriptions({ isNearQuota: true }),
      subscriptions({ isLimited: true }),
    ]);
    return { isOn, ...counts, blocked, idle, undelivered, keysEnding, nearQuota, limited };
  },
});
