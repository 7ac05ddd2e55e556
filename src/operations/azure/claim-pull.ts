import { type AzureInstanceRow, lockInstance, updateInstance } from '../../db/azure/instances.ts';
import { listUnseenThings } from '../../db/azure/things.ts';
import { isSameInstance } from '../../domain/azure-instance.ts';
import { MIRRORED_KINDS } from '../../domain/azure-mirror.ts';
import { type Act, defineOperation, SYSTEM } from '../frame/operation.ts';
import { minutesAfter } from '../frame/outbox.ts';
import { instancePath } from './bind.ts';
import { isPullDue, readCursorOfUnseen } from './pass.ts';

/** Far longer than a page takes. With the sweep, the comparison of a killed process continues after that. */
const LEASE_MINUTES = 3;
/** Each is asked for by a call of its own. */
const UNSEEN_AT_ONCE = 20;

export type ClaimedPull = NonNullable<Awaited<ReturnType<typeof claimPull>>>;

/**
 * Leases the comparison with Azure for one page, and begins the next comparison when that is due. Null while another process
 * has it, while Azure is left in peace, between two comparisons, and when the service is bound to another instance by now.
 */
export const claimPull = defineOperation({
  name: 'azure/claim-pull',
  allowed: SYSTEM,
  effect: 'bookkeeping',
  input: { path: instancePath },
  async run(act, { path }) {
    const row = await lockInstance(act.tx, act.service.id);
    if (!row || !isSameInstance(row.path, path) || !isPullDue(row, act.now)) return null;
    const { pass, phase, cursor } = row.phase ? { ...row, phase: row.phase } : await beginPass(act, row);
    const leasedUntil = minutesAfter(act.now, LEASE_MINUTES);
    await updateInstance(act.tx, row.serviceId, { leasedUntil });
    return {
      pass,
      phase,
      cursor,
      leasedUntil,
      isFirst: row.firstPassEndedAt === null,
      unseen: phase === 'missing' ? await listUnseen(act, pass, cursor) : [],
    };
  },
});

async function beginPass({ tx, now }: Act, { serviceId, pass: former }: AzureInstanceRow) {
  const begun = { pass: former + 1, phase: MIRRORED_KINDS[0], cursor: null };
  await updateInstance(tx, serviceId, { ...begun, counts: {}, passBegunAt: now });
  return begun;
}

async function listUnseen(act: Act, pass: number, cursor: string | null) {
  const after = readCursorOfUnseen(cursor);
  const query = { serviceId: act.service.id, pass, after, limit: UNSEEN_AT_ONCE };
  const things = await listUnseenThings(act.tx, query);
  return things.map(({ kind, id, azureId }) => ({ kind, id, azureId }));
}
