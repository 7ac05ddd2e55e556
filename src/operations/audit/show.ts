import { findAuditRow } from '../../db/audit/rows.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { defineOperation, input, SYSTEM } from '../frame/operation.ts';
import { viewAuditRows } from './entry.ts';

/** One audit row, for the approvals channel. Errors: `try_again` when it is not there (yet). */
export const showAuditRow = defineOperation({
  name: 'audit/show',
  allowed: SYSTEM,
  effect: 'read',
  input: { auditId: input.rowId },
  async run(act, { auditId }) {
    const row = await findAuditRow(act.tx, act.service.id, auditId);
    const [entry] = row ? await viewAuditRows(act, [row]) : [];
    if (!entry) throw new DomainError('try_again');
    return entry;
  },
});
