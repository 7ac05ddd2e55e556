import { z } from 'zod';
import { findLiveSession, touchSession } from '../../db/accounts/sessions.ts';
import { sessionHash } from '../../security/session.ts';
import * as input from '../frame/input.ts';
import { DEVELOPERS, defineOperation } from '../frame/operation.ts';
import { minutesAfter } from '../frame/outbox.ts';
import { sessionEnd } from './session.ts';

/** How exactly the last use is stored, so that not every page writes. */
const SEEN_MINUTES = 1;

/**
 * The developer whose session a browser's cookie holds. Using it puts off its end. Null when the session is over, whatever
 * the cause: an old cookie is no refusal.
 */
export const resumeSession = defineOperation({
  name: 'sessions/resume',
  allowed: DEVELOPERS,
  effect: 'bookkeeping',
  input: z.strictObject({ secret: input.sessionSecret }),
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
    }
    const { id: accountId, email, firstName, lastName } = account;
    return { sessionId: session.id, accountId, email, firstName, lastName };
  },
});
