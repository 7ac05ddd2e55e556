// Copies a whole service, record by record, by ordinary operations.
import {
  COPIED_KINDS,
  type CopiedKind,
  type CopiedRecord,
  type CopySource,
} from '../../domain/azure-record.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { canonicalEmail } from '../../domain/email-address.ts';
import { checkImport } from '../accounts/check-import.ts';
import { MAIL_EVERY_MS, ROWS_AT_ONCE } from '../batches/run-rows.ts';
import { needsSecondOperator } from '../frame/approval.ts';
import type { Context } from '../frame/context.ts';
import { sendPasswordReset } from '../passwords/send-reset.ts';
import { compareCopied, MAX_COMPARED } from './compare.ts';
import { planAccounts, planSubscriptions } from './plan-accounts.ts';
import { planApis, planGroups, planProducts } from './plan-catalog.ts';
import { planTemplates } from './plan-templates.ts';
import {
  type CopyMemory,
  type CopyStatus,
  createCopyMemory,
  describeRefusal,
  type PlannedCopy,
} from './planned-copy.ts';

export type CopyLine = {
  record: CopiedRecord;
  /** `copied`: it was new and is here now. `refused`: its operation refused it after all. */
  status: CopyStatus | 'copied' | 'refused';
  words: string;
};

type Planner = (context: Context, memory: CopyMemory, page: never[]) => Promise<PlannedCopy[]>;
const PLANNERS: Record<CopiedKind, Planner> = {
  group: planGroups,
  api: planApis,
  product: planProducts,
  account: planAccounts,
  subscription: planSubscriptions,
  template: planTemplates,
};
/** A record with one of these is not copied, so records that refer to it can't be either. */
const LOST: readonly CopyLine['status'][] = ['conflict', 'impossible', 'skipped', 'refused'];

/**
 * Compares each record with what is here, and with `isApplied` copies what is new. Sends no mail. Each record is a
 * transaction of its own, and its id shows whether it was copied: after a kill, another run does the rest. A record that is
 * here and differs stays as it is. Holds a page at a time.
 * Errors: `not_permitted`; `limit_reached` when more than 200,000 records can't be copied.
 */
export async function copyFrom(
  context: Context,
  source: CopySource,
  isApplied: boolean,
  onLine: (line: CopyLine) => Promise<void> | void,
): Promise<void> {
  const memory = createCopyMemory();
  for (const kind of COPIED_KINDS) {
    for await (const page of inPages(source.pages(kind))) {
      const plans = await PLANNERS[kind](context, memory, page as never[]);
      for (let at = 0; at < page.length; at += ROWS_AT_ONCE) {
        const some = page.slice(at, at + ROWS_AT_ONCE);
        const doing = some.map((record, n) => copyRecord(record, plans[at + n], isApplied));
        const ended = await Promise.allSettled(doing);
        // Records that were copied are reported, also when another one of the batch failed.
        for (const one of ended) {
          if (one.status === 'rejected') continue;
          if (LOST.includes(one.value.status)) memory.lose(kind, one.value.record.id);
          await onLine(one.value);
        }
        for (const one of ended) if (one.status === 'rejected') throw one.reason;
      }
    }
  }
}

async function* inPages(pages: AsyncIterable<CopiedRecord[]>): AsyncIterable<CopiedRecord[]> {
  for await (const page of pages)
    for (let at = 0; at < page.length; at += MAX_COMPARED) yield page.slice(at, at + MAX_COMPARED);
}

async function copyRecord(
  record: CopiedRecord,
  plan: PlannedCopy | undefined,
  isApplied: boolean,
): Promise<CopyLine> {
  if (!plan) throw new Error('a record has no plan');
  const { status, words, make } = plan;
  if (!make || !isApplied) return { record, status, words };
  try {
    await make();
    return { record, status: 'copied', words };
  } catch (error) {
    if (!(error instanceof DomainError) || error.code === 'not_permitted') throw error;
    return { record, status: 'refused', words: describeRefusal(error) };
  }
}

/**
 * Mails a link to set a password to at most `atMost` of the source's accounts that are here, active, without a password,
 * and got no such mail before. The mails leave a second apart, after those that wait. Reports each, and returns how many
 * were mailed and how many are left.
 * Errors: `not_permitted`; `limit_reached` where each would wait for a second operator.
 */
export async function mailPasswordLinks(
  context: Context,
  source: CopySource,
  atMost: number,
  onMailed: (email: string) => Promise<void> | void,
): Promise<{ mailed: number; left: number }> {
  if (needsSecondOperator(context, 'passwords/send-reset'))
    throw new DomainError('limit_reached', {
      limit: 'one at a time, since each waits for a second operator',
    });
  const { lastMailDue } = await checkImport(context, { addresses: [] });
  let due = lastMailDue?.getTime() ?? 0;
  let [mailed, left] = [0, 0];
  for await (const page of inPages(source.pages('account'))) {
    const records = page.flatMap((record) => (record.kind === 'account' ? record : []));
    const { accounts } = await compareCopied(context, {
      accountIds: records.map(({ id }) => id.slice(0, 100)),
    });
    for (const { id, resourceId, email, canonical, state, version, ...account } of accounts) {
      const isOurs = records.some(
        (one) => one.id.toLowerCase() === resourceId.toLowerCase() && canonicalEmail(one.email) === canonical,
      );
      const isWaiting = state === 'active' && !account.hasPassword && !account.wasMailedToSetPassword;
      if (!isOurs || !isWaiting) continue;
      if (mailed >= atMost) {
        left += 1;
        continue;
      }
      const next = Math.max(context.clock().getTime(), due + MAIL_EVERY_MS);
      try {
        const later = { ...context, mailNotBefore: new Date(next) };
        await sendPasswordReset(later, { accountId: id, expectedVersion: version });
      } catch (error) {
        if (!(error instanceof DomainError) || error.code === 'not_permitted') throw error;
        continue;
      }
      due = next;
      mailed += 1;
      await onMailed(email);
    }
  }
  return { mailed, left };
}
