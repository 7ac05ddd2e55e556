import { deleteSession } from '../../db/accounts/sessions.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { ACCOUNTS, defineOperation, input } from '../frame/operation.ts';
import { signedInAs } from './session.ts';

/** Ends one of a developer's own sessions. Errors: `session_not_found`, also for another developer's. */
export const endSession = defineOperation({
  name: 'sessions/end',
  allowed: ACCOUNTS,
  effect: 'change',
  input: { sessionId: input.rowId },
  async run(act, { sessionId: id }) {
    const { accountId } = signedInAs(act);
    const isEnded = await deleteSession(act.tx, { serviceId: act.service.id, accountId, id });
    if (!isEnded) throw new DomainError('session_not_found');
    act.record({ target: { kind: 'account', id: accountId }, after: { sessionId: id } });
  },
});
