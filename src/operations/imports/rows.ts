// One row of a table of developers: its cells, its dry run, and the operation that it becomes.
import { z } from 'zod';
import { holdEmails } from '../../db/accounts/email-lock.ts';
import { canonicalEmail } from '../../domain/email-address.ts';
import { addAccount } from '../accounts/add.ts';
import type { KnownAddress } from '../accounts/check-import.ts';
import { defineBatchKind } from '../batches/kind.ts';
import * as input from '../frame/input.ts';
import { invite } from '../invitations/invite.ts';

/** A cell may hold anything, so only its beginning is shown. */
export const MAX_SHOWN_LENGTH = 320;
export const MAX_FAULT_LENGTH = 500;

const person = {
  email: input.email,
  first: input.personName,
  last: input.personName,
  groupIds: input.groupIds,
};
export const MODES = ['invite', 'add'] as const;
/** An invitation keeps no note. */
export const wantedRow = z.discriminatedUnion('mode', [
  z.object({ mode: z.literal('add'), ...person, note: input.note }),
  z.object({ mode: z.literal('invite'), ...person, note: z.literal('') }),
]);
type NewRow = z.output<typeof wantedRow>;

const at = { line: z.int().positive(), email: z.string().max(MAX_SHOWN_LENGTH) };
const KNOWN = ['existing', 'blocked', 'invited'] as const satisfies readonly KnownAddress[];

export const plannedRow = z.discriminatedUnion('status', [
  z.object({ ...at, status: z.literal('new'), wanted: wantedRow }),
  z.object({ ...at, status: z.enum(KNOWN) }),
  z.object({ ...at, status: z.literal('faulty'), fault: z.string().max(MAX_FAULT_LENGTH) }),
]);
/** What a dry run says about a row. `wanted`: what the import would do. */
export type PlannedRow = z.output<typeof plannedRow>;

const DONE = { add: 'added', invite: 'invited' } as const;

export const importedRow = defineBatchKind<PlannedRow, { name: string }>({
  leftOut(row) {
    if (row.status === 'new') return null;
    if (row.status === 'faulty') return `faulty: ${row.fault}`;
    return row.status === 'invited' ? 'already invited' : row.status;
  },
  done: (row) => DONE[wantedOf(row).mode],
  /** The invitations of one import are one batch of invitations. */
  partOf(row, { id }) {
    const { mode, first, last, note, ...person } = wantedOf(row);
    const named = { ...person, firstName: first, lastName: last };
    return mode === 'invite'
      ? { operation: invite, input: { ...named, ...(id ? { batchId: id } : {}) } }
      : { operation: addAccount, input: { ...named, note }, prepared: null };
  },
  extent: () => null,
  hold: (tx, { service }, rows) =>
    holdEmails(
      tx,
      service.id,
      rows.flatMap((row) => canonicalEmail(wantedOf(row).email) ?? []),
    ),
});

function wantedOf(row: PlannedRow): NewRow {
  if (row.status !== 'new') throw new Error('the preview left this row out');
  return row.wanted;
}
