// The values of an audit row that its link seals.
import type { LinkedRow } from '../../db/audit/links.ts';
import { linkHash } from '../../security/audit-chain.ts';

export function hashOfRow(previous: string, row: LinkedRow): string {
  return linkHash(previous, [
    row.serviceId,
    row.id,
    row.at.toISOString(),
    row.operation,
    row.outcome,
    row.code,
    row.actorKind,
    row.actorId,
    row.actorName,
    row.targetKind,
    row.targetId,
    row.requestId,
    row.approvalId,
  ]);
}
