import { dayOf, noteSignIn } from '../../db/accounts/activity.ts';
import { hasPortalAgreement } from '../../db/accounts/agreements.ts';
import { findLiveSession, touchSession } from '../../db/accounts/sessions.ts';
import { sessionHash } from '../../security/session.ts';
import { DEVELOPERS, defineOperation, input } from '../frame/operation.ts';
import { minutesAfter } from '../frame/outbox.ts';
import { sessionEnd } from './session.ts';

/** The last use is stored at most this often, so that not every page writes. */
const SEEN_MINUTES = 1;

/**
 * The developer of the session in a browser's cookie. Each use moves the session's end. Null when it has ended, whatever
 * the cause: an old cookie is no refusal. `termsWait`: they must agree to the portal's terms before they go on.
 */
export const resumeSession = defineOperation({
  name: 'sessions/resume',
  allowed: DEVELOPERS,
  effect: 'bookkeeping',
  input: { secret: input.sessionSecret },
  async run(act, { secret }) {
    const hash = sessionHash(secret);
    const found = hash
      ? await findLiveSession(act.tx, { serviceId: act.service.id, hash, now: act.now })
      : null;
    if (!found) return null;
    const { session, account } = found;
    if (minutesAfter(session.lastSeenAt, SEEN_MINUTES) <= act.now) {
      const expiresAt = sessionEnd(session.createdAt, act.now);
      await touchSession(act.tx, session, { lastSeenAt: act.now, expiresAt });
      if (dayOf(session.lastSeenAt) !== dayOf(act.now)) {
        await noteSignIn(act.tx, { serviceId: act.service.id, accountId: account.id, now: act.now });
      }
    }
    const { id: accountId, email, firstName, lastName, language } = account;
    const { termsVersion: version } = act.policy.brand;
    const of = { serviceId: act.service.id, accountId };
    const termsWait = version !== null && !(await hasPortalAgreement(act.tx, { ...of, version }));
    return { sessionId: session.id, accountId, email, firstName, lastName, language, termsWait };
  },
});
