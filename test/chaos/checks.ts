// What must hold once all is calm again. Each check returns a line for each violation.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Window } from './faults.ts';
import { findContradictions, type KeyHistory, type KeyOperation } from './key-rule.ts';
import { PATH, type Untouched } from './keys.ts';
import type { Wishes } from './people.ts';
import type { Programs } from './programs.ts';
import { miscounted, notBack, passedInSilence } from './pushed-checks.ts';
import type { Request } from './slack-stand-in.ts';
import type { World } from './world.ts';

export type Recorded = {
  wishes: Wishes;
  histories: KeyHistory[];
  /** One for each gateway that judges calls itself. They are among the histories. */
  untouched: Untouched[];
  readKey: Programs['readKey'] | null;
  windows: Window[];
  /** What still waited when `settle` gave up. */
  waiting: string[];
  /** Differences between ours and Azure's that no operator was told of. */
  untold: string[];
};

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** An error of a request that began this long after a fault ended still belongs to it. */
const GRACE_MS = 5_000;
/** How long work may wait for what a fault kept from it, while nothing else is finished either. */
const SETTLE_MS = 300_000;
const SHOWN_BEFORE = 12;

type Check = (world: World, recorded: Recorded) => string[] | Promise<string[]>;

export const CHECKS: Record<string, Check> = {
  'no request was acknowledged and lost': lost,
  'no acknowledged request stayed without an answer': unanswered,
  'nothing was done twice': doubled,
  'what was answered as done is done': broken,
  'every mail left, and once': mails,
  'the answers of the gateways are linearizable for each key': (_, { histories }) =>
    histories.flatMap((history) => notLinearizable(history)),
  'a gateway that hears nothing of us refuses every call': ({ pushed }) => passedInSilence(pushed),
  'calls pass again once a fault is over': (_, recorded) => notBack(recorded),
  'each call that a gateway judged itself counts once': (world, recorded) => miscounted(world, recorded),
  'in the end each gateway answers by the rows': notByRows,
  'the audit verifies': audit,
  'both sides of the mirror are equal, or the difference is told': (_, { untold }) => untold,
  'nothing waits for ever': (_, { waiting }) => waiting,
  'no error without a fault': unexplained,
  'no process ended by itself': ({ servers, pushed }) =>
    [...servers, ...pushed.map(({ agent }) => agent)].flatMap((program) => program.deaths()),
};

/** Waits until nothing moves any more; returns what still waits after minutes in which nothing was finished. */
export async function settle(world: World): Promise<string[]> {
  let until = performance.now() + SETTLE_MS;
  let fewest = Number.POSITIVE_INFINITY;
  for (;;) {
    await hurryMails(world).catch(() => {});
    const left = await findWaiting(world).catch((error: Error) => [`the database is away: ${error.message}`]);
    if (left.length === 0 || performance.now() > until) return left;
    if (left.length < fewest) {
      fewest = left.length;
      until = performance.now() + SETTLE_MS;
    }
    await delay(1_000, undefined, { signal: world.signal });
  }
}

/** The mails of imports leave one a second, which on a fast machine takes longer than everything else. */
async function hurryMails({ sql }: World): Promise<void> {
  await sql`with hurried as (
      update mails set next_attempt_at = now() where state = 'queued' and attempts = 0 and next_attempt_at > now()
      returning 'mail:' || id as key)
    select graphile_worker.reschedule_jobs(array_agg(j.id), run_at := now())
    from graphile_worker.jobs j join hurried using (key)
    having count(*) > 0`;
}

const emailsIn = async (world: World, table: 'accounts' | 'invitations'): Promise<Set<string>> =>
  new Set((await world.sql`select email from ${world.sql(table)}`).map(({ email }) => String(email)));

async function lost(world: World, { wishes }: Recorded): Promise<string[]> {
  const there = {
    account: await emailsIn(world, 'accounts'),
    invitation: await emailsIn(world, 'invitations'),
  };
  return wishes.wanted.flatMap(({ request, makes, emails }) => {
    if (request.ackedAt === null || request.shown.length > 0) return [];
    const missing = makes === 'look' ? [] : emails.filter((email) => !there[makes].has(email));
    if (makes !== 'look' && missing.length === 0) return [];
    return [`${nameOf(request)} was acknowledged, but had neither effect nor answer`];
  });
}

/** Slack may have been away for the answer, so a fault of Slack's explains one that never came. */
function unanswered({ slack }: World, { windows }: Recorded): string[] {
  const slackFaults = windows.filter(({ kind }) => kind.startsWith('Slack'));
  return slack
    .requests()
    .filter(({ kind, ackedAt, shown }) => kind !== 'event' && ackedAt !== null && shown.length === 0)
    .filter(
      ({ sentAt }) => !slackFaults.some(({ from, to }) => sentAt > from - 30_000 && sentAt < to + GRACE_MS),
    )
    .map((request) => `${nameOf(request)} was acknowledged, but never answered`);
}

async function doubled({ sql, mail }: World, { histories }: Recorded): Promise<string[]> {
  const twice = await sql`select operation, target_id, count(*)::int as n from audit where outcome = 'done'
    and operation in ('accounts/add', 'invitations/accept') group by 1, 2 having count(*) > 1`;
  const rows = await sql<{ operation: string; target: string; n: number }[]>`
    select operation, target_id as target, count(*)::int as n from audit
    where outcome = 'done' and operation in ('accounts/block', 'accounts/activate') group by 1, 2`;
  const counted = histories.flatMap(({ accountId, email, operations }) =>
    (['block', 'activate'] as const).flatMap((verb) => {
      const mine = operations.filter(({ input }) => input.do === verb);
      const least = mine.filter(({ output }) => output === 'done').length;
      const most = least + mine.filter(({ output }) => output === null).length;
      const n = rows.find((row) => row.target === accountId && row.operation === `accounts/${verb}`)?.n ?? 0;
      if (n >= least && n <= most) return [];
      return [`${email}: ${verb} was done ${n} times, and answered as done ${least} to ${most} times`];
    }),
  );
  return [
    ...twice.map(({ operation, target_id, n }) => `${operation} of ${target_id} was done ${n} times`),
    ...counted,
    ...mail.changed().map((key) => `the mail ${key} came again with another text`),
  ];
}

async function broken(world: World, { wishes }: Recorded): Promise<string[]> {
  const accounts = await emailsIn(world, 'accounts');
  const invitations = await emailsIn(world, 'invitations');
  const roles = await world.sql`select slack_user_id as id from operators where role is not null`;
  const operators = new Set(roles.map(({ id }) => String(id)));
  return [
    ...wishes.wanted.flatMap(({ request, makes, emails }) =>
      makes === 'account' && isToldDone(request, /Added .*: the account is/) && !accounts.has(emails[0] ?? '')
        ? [`${nameOf(request)} was answered as done, and there is no account`]
        : [],
    ),
    ...wishes.wanted
      .filter(({ request, makes }) => makes === 'invitation' && isToldDone(request, /on (its|their) way/))
      .flatMap(({ request, emails }) =>
        emails
          .filter((email) => !invitations.has(email) && told(request).includes(`${email}: invited;`))
          .map((email) => `${email} was said to be invited, and there is no invitation`),
      ),
    ...wishes.accepted
      .filter((email) => !accounts.has(email))
      .map((email) => `${email} was told that the account is ready, and there is none`),
    ...wishes.imported.flatMap((emails) =>
      emails
        .filter((email) => !accounts.has(email))
        .map((email) => `an import was said to have begun, and ${email} has no account`),
    ),
    ...wishes.left
      .filter((user) => operators.has(user))
      .map((user) => `the event that ${user} left was acknowledged, and they keep their role`),
  ];
}

const told = ({ shown }: Request): string => shown.map(({ text }) => text).join('\n');
const isToldDone = (request: Request, words: RegExp): boolean => words.test(told(request));
const nameOf = ({ id, kind, about, sentAt, ackedAt }: Request): string =>
  `${kind} ${id} "${about}" (${sentAt.toFixed(0)}, acknowledged after ${((ackedAt ?? sentAt) - sentAt).toFixed(0)} ms)`;

async function mails({ sql, mail }: World): Promise<string[]> {
  const rows = await sql<{ id: string; template: string; state: string; code: string | null }[]>`
    select id, template, state, last_code as code from mails`;
  const taken = new Set(mail.taken().map(({ key }) => key.replace('outbox/', '')));
  const known = new Set(rows.map(({ id }) => id));
  const doubles = await sql`select account_id, invitation_id, template, count(*)::int as n from mails
    where template in ('InviteUserNotificationMessage', 'AccountWelcome', 'NewDeveloperNotificationMessage')
    group by 1, 2, 3 having count(*) > 1`;
  return [
    ...rows
      .filter(({ id, state }) => !['cancelled', 'unknown', 'failed'].includes(state) && !taken.has(id))
      .map(
        ({ id, template, state, code }) =>
          `the mail ${id} (${template}) is ${state} (${code}) and was never taken`,
      ),
    ...rows
      .filter(({ id, state }) => state === 'cancelled' && taken.has(id))
      .map(({ id, template }) => `the mail ${id} (${template}) was taken, and is shown as cancelled`),
    ...[...taken].filter((id) => !known.has(id)).map((id) => `the mail ${id} was taken, and no row knows it`),
    ...doubles.map(
      ({ account_id, invitation_id, template, n }) =>
        `${n} mails ${template} for ${account_id ?? invitation_id}`,
    ),
  ];
}

function notLinearizable(history: KeyHistory): string[] {
  return findContradictions(history).map(({ of, stuck, among }) => {
    const at = among.indexOf(stuck);
    const near = among.slice(Math.max(0, at - SHOWN_BEFORE), at + 3);
    return `${history.email}: no order explains what ${of} answered\n${lineOf(stuck)}\n  among\n${near.map(lineOf).join('\n')}`;
  });
}

async function notByRows(world: World, { histories, untouched, readKey }: Recorded): Promise<string[]> {
  const lines: string[] = [];
  const changed = histories.filter((history) => untouched.every((one) => one.history !== history));
  for (const { email, accountId, subscriptionId } of changed) {
    const shown = await readKey?.(subscriptionId);
    if (!shown || typeof shown !== 'object') return [`no program could read the key of ${email}`];
    const [account] = await world.sql`select state from accounts where id = ${accountId}`;
    const right = account?.state === 'blocked' ? 403 : 200;
    for (const gateway of world.gateways) {
      const { status, by } = await gateway.check(PATH, shown.key);
      if (status !== right)
        lines.push(`${email} is ${account?.state}, and ${by} answers its key with ${status}`);
    }
  }
  return lines;
}

function lineOf({ by, input, output, calledAt, returnedAt }: KeyOperation): string {
  const shorten = (of: string) => (of.length > 20 ? `…${of.slice(-6)}` : of);
  const seen = typeof output === 'object' && output ? shorten(output.key) : output;
  const words = Object.values(input).map((word) => shorten(String(word)));
  return `    ${calledAt.toFixed(0)}–${returnedAt.toFixed(0)} ${words.join(' ')} by ${by}: ${seen ?? 'no answer'}`;
}

async function audit({ databaseUrl, settings, programs }: World): Promise<string[]> {
  const child = spawn(process.execPath, [join(programs, 'src/cli/audit.js'), 'verify'], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...settings, DATABASE_URL: databaseUrl },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += String(chunk)));
  const code = await new Promise((resolve) => child.once('close', resolve));
  return code === 0 ? [] : [`npm run audit -- verify ended with ${code}: ${said}`];
}

async function findWaiting({ sql }: World): Promise<string[]> {
  const rows = await sql`
    select 'a mail (' || coalesce(last_code, 'no error') || case when exists (
        select 1 from graphile_worker.jobs j where j.key = 'mail:' || m.id) then ')' else '), without a job,' end
      as what, id::text from mails m where state = 'queued'
    union all select 'a stored request of Slack (leased until ' || lease_until || ', now ' || now() || ')', id
      from slack_receipts where sealed_request is not null
    union all select 'an import', id::text from batches where state = 'applying'
    union all select 'a job ' || task_identifier || ' (' || coalesce(last_error, 'no error') || ')', id::text
      from graphile_worker.jobs where attempts < max_attempts and task_identifier <> 'deliver-mail'
        and (locked_at is not null or attempts > 0 or run_at <= now())
    union all select 'a job that was given up: ' || task_identifier || ' (' || coalesce(last_error, 'no error') || ')', id::text
      from graphile_worker.jobs where attempts >= max_attempts`;
  return rows.map(({ what, id }) => `${what} waits: ${id}`);
}

function unexplained({ statuses }: World, { windows }: Recorded): string[] {
  const isExplained = (request: { from: number; to: number }) =>
    windows.some(({ from, to }) => request.to >= from && request.from <= to + GRACE_MS);
  const counts = new Map<string, number>();
  for (const { from, to, status, what } of statuses) {
    if (status < 500 || isExplained({ from, to })) continue;
    const line = `${status} to ${what.replaceAll(/\S+@\S+/g, '<email>').replaceAll(/Ev\w+/g, '')}`;
    counts.set(line, (counts.get(line) ?? 0) + 1);
  }
  return [...counts].map(([line, count]) => `${line}, ${count} times without a fault`);
}
