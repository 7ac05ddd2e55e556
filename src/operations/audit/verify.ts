import { z } from 'zod';
import { findForeignRow, listLinks } from '../../db/audit/links.ts';
import { CHAIN_START } from '../../security/audit-chain.ts';
import { ADMINS, defineOperation } from '../frame/operation.ts';
import { hashOfRow } from './chain-values.ts';

const PAGE = 10_000;

export type ChainProblem = {
  what: 'row changed' | 'row removed' | 'link removed' | 'row added' | 'end cut off' | 'another chain';
  number: number;
  auditId: string | null;
};

/**
 * Follows the chain from its start and returns the first problem. `head` is a number and hash that were exported or logged
 * before: with it, a chain that was cut off or rebuilt is found out too. Reads every row, tens of thousands a second.
 */
export const verifyAudit = defineOperation({
  name: 'audit/verify',
  allowed: ADMINS,
  effect: 'read',
  input: {
    head: z.strictObject({ number: z.int().positive(), hash: z.string().regex(/^[0-9a-f]{64}$/) }).optional(),
  },
  async run(
    act,
    { head },
  ): Promise<{ rows: number; head: { number: number; hash: string } | null; problem: ChainProblem | null }> {
    const serviceId = act.service.id;
    let number = 0;
    let hash = CHAIN_START;
    const problemAt = (what: ChainProblem['what'], auditId: string | null, at = number + 1) => ({
      rows: number,
      head: number > 0 ? { number, hash } : null,
      problem: { what, number: at, auditId },
    });
    for (;;) {
      const page = await listLinks(act.tx, { serviceId, afterNumber: number, limit: PAGE });
      for (const { link, row } of page) {
        if (link.number !== number + 1) return problemAt('link removed', null);
        if (!row) return problemAt('row removed', link.auditId);
        if (hashOfRow(hash, row) !== link.hash) return problemAt('row changed', row.id);
        number = link.number;
        hash = link.hash;
        if (head?.number === number && head.hash !== hash) return problemAt('another chain', row.id, number);
      }
      if (page.length < PAGE) break;
    }
    if (head && head.number > number) return problemAt('end cut off', null);
    const added = await findForeignRow(act.tx, serviceId);
    if (added) return problemAt('row added', added.id);
    return { rows: number, head: number > 0 ? { number, hash } : null, problem: null };
  },
});
