import { z } from 'zod';
import { findAccount, findAccountByResourceId } from '../../db/accounts/accounts.ts';
import { defineOperation, input, READERS } from '../frame/operation.ts';
import { viewAccount } from './account.ts';
import { ADMINISTRATOR_ID, type ProgramAccount, viewAdministrator } from './administrator.ts';

/**
 * An account alone, as programs read it; null when there is none or it is deleted. A `resourceId` may have any case, and `1`
 * is the built-in administrator.
 */
export const readAccount = defineOperation({
  name: 'accounts/read',
  allowed: READERS,
  effect: 'read',
  input: z.union([
    z.strictObject({ accountId: input.accountId }),
    z.strictObject({ resourceId: input.writtenId }),
  ]),
  async run(act, wanted): Promise<ProgramAccount | null> {
    if ('resourceId' in wanted && wanted.resourceId === ADMINISTRATOR_ID) return viewAdministrator(act);
    const account = await ('accountId' in wanted
      ? findAccount(act.tx, act.service.id, wanted.accountId)
      : findAccountByResourceId(act.tx, act.service.id, wanted.resourceId));
    if (!account || account.state === 'deleted') return null;
    return viewAccount(act, account);
  },
});
