import { z } from 'zod';
import { findLiveSession, touchSession } from '../../db/accounts/sessions.ts';
import { sessionHash } from '../../security/session.ts';
import * as input from '../frame/input.ts';
import { DEVELOPERS, defineOperation } from '../frame/operation.ts';
import { minutesAfter } from '../frame/outbox.ts';
import { sessionEnd } from './session.ts';

/** When it was last seen is kept this exactly: a page is no reason to write each time. */
const SEEN_MINUTES = 1;

/**
 * Who a browser's cookie stands for, and that it was seen now, which puts off its end. Null when the session is over, for
 * whatever reason: nothing is told of it, and nobody is refused for an old cookie.
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
