// Records which requests of Slack were already taken. A request that is acknowledged before its work is done is stored in
// its receipt, so that another process finishes the work if this one dies.
import { sql } from 'drizzle-orm';
import { type JobInput, jobOptions } from '../../domain/jobs.ts';
import type { Database } from '../connection/connect.ts';
import { inBatches } from '../connection/in-batches.ts';

const LIFETIME_MINUTES = 10;
/** The job has tried for as long by then as it ever does. */
const UNFINISHED_LIFETIME_DAYS = 3;
const MAX_QUEUED_AT_ONCE = 1_000;
/** How long the work of a dead process waits for another one. */
const LEASE_SECONDS = 15;
const RENEW_EVERY_MS = 5_000;

const JOB = 'answer-slack-request';

export type ReceiptKey = { teamId: string; kind: string; id: string };
/** With `sealed`, the request is stored too, and a job finishes it after this process has died. */
export type Receipt = ReceiptKey & { receivedAt: Date; sealed?: string };
export type TakenUp = { sealed: string; receivedAt: Date };

/**
 * `take` is true for the first process that asks about a request and false for everyone after.
 * Requests that come while others are being written wait for them and are then written together: one statement, and one
 * wait for the disk.
 */
export function createReceipts(db: Database, serviceId: string) {
  const leases = createLeases(db);
  const take = inBatches((_, batch: Receipt[]) => insertReceipts(db, serviceId, batch));
  const store = inBatches(async (_, batch: (ReceiptKey & { sealed: string })[]) => {
    await storeRequests(db, serviceId, batch);
    return batch.map(() => undefined);
  });
  const finish = inBatches(async (_, batch: ReceiptKey[]) => {
    await finishRequests(db, batch);
    return batch.map(() => undefined);
  });
  return {
    async take(receipt: Receipt): Promise<boolean> {
      const isFirst = await take(db, receipt);
      if (isFirst && receipt.sealed) leases.keep(receipt);
      return isFirst;
    },
    /** Stores a request that has a receipt. */
    async store(request: ReceiptKey & { sealed: string }): Promise<void> {
      await store(db, request);
      leases.keep(request);
    },
    /** The work of a stored request is done and answered. */
    async finish(request: ReceiptKey): Promise<void> {
      leases.leave(request);
      await finish(db, request);
    },
    /** The work failed: the job tries it again. */
    leave: leases.leave,
    /** Null when the request is finished, or is still at work; then another job is queued for the end of its lease. */
    async takeUp(request: ReceiptKey): Promise<TakenUp | null> {
      const taken = await takeUp(db, request);
      if (taken) leases.keep(request);
      else await queueAgain(db, serviceId, sql`${isThat(request)} and lease_until > now()`);
      return taken;
    },
  };
}

/** Queues again what no job will finish, because a process died while its job ran. */
export async function requeueStoredRequests(db: Database, serviceId: string): Promise<void> {
  await queueAgain(db, serviceId, sql`lease_until < now() - ${LEASE_SECONDS} * interval '1 second'`);
}

export async function deleteOldReceipts(db: Database, now: Date): Promise<void> {
  const before = (minutes: number) => new Date(now.getTime() - minutes * 60_000).toISOString();
  await db.execute(sql`
    delete from slack_receipts where received_at < ${before(LIFETIME_MINUTES)}::timestamptz
      and (sealed_request is null
        or received_at < ${before(UNFINISHED_LIFETIME_DAYS * 1_440)}::timestamptz)`);
}

/** Keeps the leases of the requests that this process works on. */
function createLeases(db: Database) {
  const held = new Map<string, ReceiptKey>();
  let timer: NodeJS.Timeout | null = null;
  const renew = () =>
    db.execute(sql`
      update slack_receipts r set lease_until = ${leaseEnd}
      from ${recordset([...held.values()].map((key) => ({ key })))}
      where ${isSame} and r.lease_until > now()`);
  return {
    keep(request: ReceiptKey): void {
      held.set(keyOf(request), request);
      timer ??= setInterval(() => {
        // A lease that isn't renewed ends, and another process takes the request up.
        renew().catch(() => {});
      }, RENEW_EVERY_MS).unref();
    },
    leave(request: ReceiptKey): void {
      held.delete(keyOf(request));
      if (held.size > 0 || !timer) return;
      clearInterval(timer);
      timer = null;
    },
  };
}

const keyOf = ({ teamId, kind, id }: ReceiptKey): string => JSON.stringify([teamId, kind, id]);

const isThat = ({ teamId, kind, id }: ReceiptKey) =>
  sql`team_id = ${teamId} and kind = ${kind} and id = ${id}`;

const isSame = sql`r.team_id = given.team_id and r.kind = given.kind and r.id = given.id`;

/** The requests as rows, in one order everywhere, so that two processes can't wait for each other in a circle. */
function recordset(requests: { key: ReceiptKey; receivedAt?: Date; sealed?: string | undefined }[]) {
  const rows = requests
    .toSorted((a, b) => (keyOf(a.key) < keyOf(b.key) ? -1 : 1))
    .map(({ key: { teamId, kind, id }, receivedAt, sealed }) => ({
      team_id: teamId,
      kind,
      id,
      received_at: receivedAt,
      sealed,
    }));
  return sql`jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
    as given (team_id text, kind text, id text, received_at timestamptz, sealed text)`;
}

const leaseEnd = sql`now() + ${LEASE_SECONDS} * interval '1 second'`;

/** Queues the job of each row of a table or CTE; it runs when the lease ends. */
function addJobs(serviceId: string) {
  const input = { serviceId, teamId: '', kind: '', id: '' } satisfies JobInput<typeof JOB>;
  const { maxAttempts } = jobOptions(JOB, input);
  return sql`(graphile_worker.add_job(
    ${JOB}::text,
    payload := json_build_object('serviceId', ${serviceId}::text, 'teamId', team_id, 'kind', kind, 'id', id),
    run_at := lease_until,
    max_attempts := ${maxAttempts}::int,
    job_key := ${jobKey}
  )).id`;
}

/** The key of `jobOptions`, written in SQL. */
const jobKey = sql`'slack:' || team_id || ':' || kind || ':' || id`;

async function insertReceipts(db: Database, serviceId: string, batch: Receipt[]): Promise<boolean[]> {
  const given = batch.map(({ receivedAt, sealed, ...key }) => ({ key, receivedAt, sealed }));
  const taken = await db.execute<ReceiptKey>(sql`
    with taken as (
      insert into slack_receipts (team_id, kind, id, received_at, sealed_request, lease_until)
      select team_id, kind, id, received_at, sealed, case when sealed is not null then ${leaseEnd} end
      from ${recordset(given)}
      on conflict do nothing
      returning team_id, kind, id, lease_until)
    select team_id as "teamId", kind, id,
      case when lease_until is not null then ${addJobs(serviceId)} end as job from taken`);
  const first = new Set(taken.map(({ teamId, kind, id }) => keyOf({ teamId, kind, id })));
  // A batch can hold one request twice. Only the first of the two finds it in the set.
  return batch.map((receipt) => first.delete(keyOf(receipt)));
}

async function storeRequests(
  db: Database,
  serviceId: string,
  batch: (ReceiptKey & { sealed: string })[],
): Promise<void> {
  const given = batch.map(({ sealed, ...key }) => ({ key, sealed }));
  await db.execute(sql`
    with stored as (
      update slack_receipts r set sealed_request = given.sealed, lease_until = ${leaseEnd}
      from ${recordset(given)} where ${isSame}
      returning r.team_id, r.kind, r.id, r.lease_until)
    select ${addJobs(serviceId)} from stored`);
}

async function finishRequests(db: Database, batch: ReceiptKey[]): Promise<void> {
  await db.execute(sql`
    with finished as (
      update slack_receipts r set sealed_request = null, lease_until = null
      from ${recordset(batch.map((key) => ({ key })))} where ${isSame}
      returning r.team_id, r.kind, r.id)
    select (graphile_worker.remove_job(${jobKey})).id from finished`);
}

async function takeUp(db: Database, request: ReceiptKey): Promise<TakenUp | null> {
  const [row] = await db.execute<{ sealed: string; receivedAt: string }>(sql`
    update slack_receipts set lease_until = ${leaseEnd}
    where ${isThat(request)} and sealed_request is not null and lease_until <= now()
    returning sealed_request as sealed, received_at as "receivedAt"`);
  return row ? { sealed: row.sealed, receivedAt: new Date(row.receivedAt) } : null;
}

async function queueAgain(db: Database, serviceId: string, which: ReturnType<typeof sql>): Promise<void> {
  await db.execute(sql`
    select ${addJobs(serviceId)} from slack_receipts
    where sealed_request is not null and ${which} limit ${MAX_QUEUED_AT_ONCE}`);
}
