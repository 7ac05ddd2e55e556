import {
  type AuditLink,
  findLastLink,
  holdChain,
  insertLinks,
  type LinkedRow,
  listWaitingRows,
} from '../../db/audit/links.ts';
import { CHAIN_START } from '../../security/audit-chain.ts';
import { defineOperation, SYSTEM } from '../frame/operation.ts';
import { hashOfRow } from './chain-values.ts';

export const MAX_LINKED_AT_ONCE = 5_000;

/**
 * Adds the rows that wait for a link to the hash chain, at most 5,000 at once. Returns them, so that the caller can copy
 * them out of the system. The chain covers a new row from the next run on.
 */
export const linkAudit = defineOperation({
  name: 'audit/link',
  allowed: SYSTEM,
  effect: 'bookkeeping',
  input: {},
  async run(act): Promise<{ number: number; hash: string; row: LinkedRow }[]> {
    const serviceId = act.service.id;
    await holdChain(act.tx, serviceId);
    const last = await findLastLink(act.tx, serviceId);
    const rows = await listWaitingRows(act.tx, { serviceId, limit: MAX_LINKED_AT_ONCE });
    let number = last?.number ?? 0;
    let hash = last?.hash ?? CHAIN_START;
    const linked = rows.map((row) => {
      number += 1;
      hash = hashOfRow(hash, row);
      return { number, hash, row };
    });
    const links: AuditLink[] = linked.map((one) => ({
      serviceId,
      number: one.number,
      auditId: one.row.id,
      hash: one.hash,
      linkedAt: act.now,
    }));
    await insertLinks(act.tx, links);
    return linked;
  },
});
