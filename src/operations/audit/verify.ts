import { z } from 'zod';
import { listLinks, listUnlinkedRows } from '../../db/audit/links.ts';
import { CHAIN_START } from '../../security/audit-chain.ts';
import { ADMINS, defineOperation } from '../frame/operation.ts';
import { hashOfRow } from './chain-values.ts';

const PAGE = 10_000;
/** The job that adds links runs every minute; after an hour a row without one was not written by us. */
const MAX_UNLINKED_MS = 3_600_000;

export type ChainProblem = {
  what: 'row changed' | 'row removed' | 'link removed' | 'row added' | 'end cut off' | 'another chain';
  number: number;
  auditId: string | null;
};

/**
 * Follows the chain from its start and names the first thing that is wrong with it. `head` is one that was exported or
 * logged before: it shows when the end was cut off, or everything from some point on was made anew.
 * Reads every row: some tens of thousands a second.
 */
export const verifyAudit = defineOperation({
  name: 'audit/verify',
  allowed: ADMINS,
  effect: 'read',
  input: z.strictObject({
    head: z.strictObject({ number: z.int().positive(), hash: z.string().regex(/^[0-9a-f]{64}$/) }).optional(),
  }),
  async run(
    act,
    { head },
  ): Promise<{ rows: number; head: { number: number; hash: string } | null; problem: ChainProblem | null }> {
    const serviceId = act.service.id;
    let number = 0;
    let hash = CHAIN_START;
    const found = (what: ChainProblem['what'], auditId: string | null, at = number + 1) => ({
      rows: number,
      head: number > 0 ? { number, hash } : null,
      problem: { what, number: at, auditId },
    });
    for (;;) {
      const page = await listLinks(act.tx, { serviceId, afterNumber: number, limit: PAGE });
      for (const { link, row } of page) {
        if (link.number !== number + 1) return found('link removed', null);
        if (!row) return found('row removed', link.auditId);
        if (hashOfRow(hash, row) !== link.hash) return found('row changed', row.id);
        number = link.number;
        hash = link.hash;
        if (head?.number === number && head.hash !== hash) return found('another chain', row.id, number);
      }
      if (page.length < PAGE) break;
    }
    if (head && head.number > number) return found('end cut off', null);
    const until = new Date(act.now.getTime() - MAX_UNLINKED_MS);
    const [added] = await listUnlinkedRows(act.tx, { serviceId, until, limit: 1 });
    if (added) return found('row added', added.id);
    return { rows: number, head: number > 0 ? { number, hash } : null, problem: null };
  },
});
