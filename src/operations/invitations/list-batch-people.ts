import { listPeopleOfBatch } from '../../db/accounts/invitations.ts';
import { defineOperation, input, SYSTEM } from '../frame/operation.ts';

/** The people who sent or approved invitations of a batch: `T012/U034`, or the id of a program or console. */
export const listBatchPeople = defineOperation({
  name: 'invitations/list-batch-people',
  allowed: SYSTEM,
  effect: 'read',
  input: { batchId: input.rowId },
  run: (act, { batchId }) => listPeopleOfBatch(act.tx, act.service.id, batchId),
});
