import { z } from 'zod';
import { listSubscriptions } from '../../db/subscriptions/lists.ts';
import { takeQuotaNews } from '../../db/usage/quota-use.ts';
import { isQuotaNear } from '../../domain/call-limits.ts';
import { quotaText } from '../../domain/limit-words.ts';
import { momentOf } from '../../mail/templates/value.ts';
import * as catalog from '../catalog/input.ts';
import { defineOperation, SYSTEM } from '../frame/operation.ts';
import { tellOwner } from './mails.ts';
import { viewSubscription } from './subscription.ts';

const TEMPLATES = {
  near: 'QuotaLimitApproachingDeveloperNotificationMessage',
  used_up: 'QuotaUsedUp',
} as const;

/**
 * Mails the owner of a subscription that most of its quota is used, or all of it: each once a period, the first not after
 * the second. Does nothing when that is no longer so, when calls don't pass for another reason, or without an active owner.
 * Returns whether a mail was queued.
 */
export const tellOfQuota = defineOperation({
  name: 'subscriptions/tell-of-quota',
  allowed: SYSTEM,
  effect: 'bookkeeping',
  input: { subscriptionId: catalog.subscriptionId, news: z.enum(['near', 'used_up']) },
  async run(act, { subscriptionId, news }): Promise<boolean> {
    const serviceId = act.service.id;
    const [row] = await listSubscriptions(act.tx, serviceId, { id: subscriptionId }, { limit: 1 });
    if (!row) return false;
    const { owner, state, quotaUse, limits, name } = viewSubscription(row, act.now);
    const { quota } = limits;
    if (!quota || !quotaUse || state !== 'active' || owner?.state !== 'active') return false;
    const isUsedUp = quotaUse.calls >= quota.calls;
    if (news === 'used_up' ? !isUsedUp : isUsedUp || !isQuotaNear(quotaUse.calls, quota)) return false;
    const { startsAt, endsAt } = quotaUse;
    if (!(await takeQuotaNews(act.tx, { serviceId, subscriptionId, startsAt }, news))) return false;
    return tellOwner(act, row, TEMPLATES[news], {
      ProdName: row.scopeName ?? name,
      QuotaUsed: (say) => say.number(quotaUse.calls),
      QuotaLimit: (say) => quotaText(quota, say),
      QuotaResetDate: momentOf(endsAt),
      UsageUrl: `${act.policy.publicUrl}/portal/subscriptions/${encodeURIComponent(subscriptionId)}#usage`,
    });
  },
});
