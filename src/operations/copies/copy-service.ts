// A whole service copied from elsewhere: looked at record by record, and what is new done as ordinary operations.
import { DomainError } from '../../domain/domain-error.ts';
import { checkImport } from '../accounts/check-import.ts';
import { needsSecondOperator } from '../frame/approval.ts';
import type { Context } from '../frame/context.ts';
import { MAIL_EVERY_MS, ROWS_AT_ONCE } from '../imports/rows.ts';
import { sendPasswordReset } from '../passwords/send-reset.ts';
import { canonicalOf, judgeAccounts, judgeSubscriptions } from './accounts.ts';
import { judgeApis, judgeGroups, judgeProducts } from './catalog.ts';
import { compareCopied, MAX_COMPARED } from './compare.ts';
import { type CopyMemory, type CopyStatus, createCopyMemory, refusalOf, type Verdict } from './outcome.ts';
import { COPIED_KINDS, type CopiedKind, type CopiedRecord, type CopySource } from './record.ts';
import { judgeTemplates } from './templates.ts';

export type CopyLine = {
  record: CopiedRecord;
  /** `copied`: it was new and is here now. `refused`: an operation took it back after all. */
  status: CopyStatus | 'copied' | 'refused';
  words: string;
};

type Judge = (context: Context, memory: CopyMemory, page: never[]) => Promise<Verdict[]>;
const JUDGES: Record<CopiedKind, Judge> = {
  group: judgeGroups,
  api: judgeApis,
  product: judgeProducts,
  account: judgeAccounts,
  subscription: judgeSubscriptions,
  template: judgeTemplates,
};
/** What of these is not here, nor will be. */
const LOST: readonly CopyLine['status'][] = ['conflict', 'impossible', 'skipped', 'refused'];

/**
 * Says of each record what it is beside what is here, and with `isApplied` does what is new; mails nobody. Each record is
 * a transaction of its own and its id says whether it was done: after a kill, the same again does the rest. What is here
 * and different is left as it is. Holds a page at a time.
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
    for await (const page of inParts(source.pages(kind))) {
      const verdicts = await JUDGES[kind](context, memory, page as never[]);
      for (let at = 0; at < page.length; at += ROWS_AT_ONCE) {
        const some = page.slice(at, at + ROWS_AT_ONCE);
        const doing = some.map((record, n) => copyRecord(record, verdicts[at + n], isApplied));
        const ended = await Promise.allSettled(doing);
        // Of what was done each is told, also beside one that broke.
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

async function* inParts(pages: AsyncIterable<CopiedRecord[]>): AsyncIterable<CopiedRecord[]> {
  for await (const page of pages)
    for (let at = 0; at < page.length; at += MAX_COMPARED) yield page.slice(at, at + MAX_COMPARED);
}

async function copyRecord(
  record: CopiedRecord,
  verdict: Verdict | undefined,
  isApplied: boolean,
): Promise<CopyLine> {
  if (!verdict) throw new Error('a record has no verdict');
  const { status, words, make } = verdict;
  if (!make || !isApplied) return { record, status, words };
  try {
    await make();
    return { record, status: 'copied', words };
  } catch (error) {
    if (!(error instanceof DomainError) || error.code === 'not_permitted') throw error;
    return { record, status: 'refused', words: refusalOf(error) };
  }
}

/**
 * Mails a link to set a password to at most `atMost` of the source's accounts that are here, active, without a password,
 * and were never mailed one by an operator. The mails leave a second apart, after those that wait. Tells of each, and
 * returns how many there were and how many are left for another time.
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
  for await (const page of inParts(source.pages('account'))) {
    const given = page.flatMap((record) => (record.kind === 'account' ? record : []));
    const { accounts } = await compareCopied(context, {
      accountIds: given.map(({ id }) => id.slice(0, 100)),
    });
    for (const { id, email, canonical, state, version, ...account } of accounts) {
      const isOurs = given.some((one) => one.id === id && canonicalOf(one.email) === canonical);
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
