// Operations on accounts, called directly: what Slack's answers wait for.

import { randomBytes } from 'node:crypto';
import type postgres from 'postgres';
import { connect } from '../../src/db/connection/connect.ts';
import { openService } from '../../src/db/operators/services.ts';
import { readFilter } from '../../src/management/filter.ts';
import { USER_FILTER } from '../../src/management/user-shape.ts';
import { countAccounts } from '../../src/operations/accounts/count.ts';
import { listAccounts } from '../../src/operations/accounts/list.ts';
import { searchAccounts } from '../../src/operations/accounts/search.ts';
import type { Context } from '../../src/operations/frame/context.ts';
import { grantFirstOperator } from '../../src/operations/operators/grant-first.ts';
import { createKeyring, secretKeyCheckValue } from '../../src/security/keyring.ts';
import { createPasswordHasher } from '../../src/security/password-hash.ts';
import { NO_BRAND } from '../../src/settings/brand-settings.ts';
import { COUNTED_UP_TO } from '../../src/slack/frame/pages.ts';
import { median, percentile, rounded, timeEach } from './figures.ts';
import { FIRST_NAMES, LAST_NAMES, listedFrom } from './fill.ts';
import { ADMIN, TEAM } from './slack-stub.ts';

export const SERVICE = 'default';
export const SECRET_KEY = Buffer.alloc(32, 7).toString('base64');

const TIMES = 200;
const TIMES_FILTERED = 15;
const WARM_UP = 30;
const QUERIES = 100;

export function openContext(url: string) {
  const { db, sql, close } = connect(url, { max: 10 });
  const keyring = createKeyring(SECRET_KEY);
  const context: Context = {
    db,
    clock: () => new Date(),
    random: (size) => randomBytes(size),
    keyring,
    passwords: createPasswordHasher({ keyring }),
    people: {
      actorOf: async () => {
        throw new Error('a bench has no approver');
      },
    },
    policy: {
      publicUrl: 'https://apis.example.com',
      organizationName: 'Example APIs',
      language: 'en',
      brand: NO_BRAND,
      supportEmail: 'support@example.com',
      alertEmails: [],
      passwordMinLength: 12,
      invitationLifetimeHours: 48,
      passwordResetLifetimeMinutes: 60,
      eraseDeletedAfterDays: 30,
      mailLinkHosts: [],
      openapiHosts: [],
      webhookHosts: [],
      resourceId: '/subscriptions/s/resourceGroups/g/providers/Microsoft.ApiManagement/service/ours',
      secondOperatorFor: [],
      secondOperatorForMoreThan: null,
      keysMayOverlap: true,
      hasRequests: true,
      signUp: 'off',
      signIn: { hasPasswords: true, providers: [] },
      tokenIssuer: null,
      gatewayUrl: null,
    },
    service: { id: SERVICE, name: SERVICE },
    actor: {
      kind: 'slack',
      teamId: TEAM,
      userId: ADMIN,
      name: 'Ada Admin',
      membership: 'member',
      email: null,
    },
    requestId: crypto.randomUUID(),
  };
  return { context, sql, close };
}

/** The service and its admin, unless the product made them. */
export async function prepareService(context: Context): Promise<void> {
  const { db, keyring } = context;
  await openService(db, {
    ...context.service,
    secretKeyCheck: secretKeyCheckValue(keyring),
    now: new Date(),
  });
  const system: Context = { ...context, actor: { kind: 'system', name: 'bench' } };
  const grant = { teamId: TEAM, slackUserId: ADMIN, name: 'Ada Admin', role: 'admin' as const };
  await grantFirstOperator(system, grant);
}

type Opened = Pick<ReturnType<typeof openContext>, 'context' | 'sql'>;

type Medians = Record<string, { few: number; many: number }>;
type Works = Record<string, () => Promise<unknown>>;

/** Medians in milliseconds at few and at many accounts: what should not grow. */
export const measurePages = async (few: Opened, many: Opened): Promise<Medians> =>
  measureInTurn(await worksOn(few), await worksOn(many), TIMES);

/** The plain list's first page as `few`, and beside it in turn each list by activity as `many`: what the index must keep near. */
export async function measureIdle(opened: Opened): Promise<Medians> {
  const { slackFirstPage: plain, ...works } = await worksOn(opened);
  const names = [...Object.keys(BY_ACTIVITY), 'idleMiddlePage'];
  const pick = (workOf: (name: string) => Works[string] | undefined): Works =>
    Object.fromEntries(names.map((name) => [name, workOf(name) as Works[string]]));
  return measureInTurn(
    pick(() => plain),
    pick((name) => works[name]),
    TIMES,
  );
}

/** The same for lists that a program filters, each with the exact count of all that fit. */
export const measureFilters = async (few: Opened, many: Opened): Promise<Medians> =>
  measureInTurn(filtersOn(few), filtersOn(many), TIMES_FILTERED);

/** Both see the same machine. */
async function measureInTurn(few: Works, many: Works, count: number): Promise<Medians> {
  const medians: Medians = {};
  const warmUp = Math.min(WARM_UP, count);
  for (const [name, fewWork] of Object.entries(few)) {
    const manyWork = many[name] ?? fewWork;
    const times = await timeEach(
      Array.from({ length: 2 * (warmUp + count) }, (_, at) => (at % 2 ? manyWork : fewWork)),
      (work) => work(),
    );
    const counted = (parity: number) => times.filter((_, at) => at >= 2 * warmUp && at % 2 === parity);
    medians[name] = { few: median(counted(0)), many: median(counted(1)) };
  }
  return medians;
}

async function worksOn({ context, sql }: Opened): Promise<Works> {
  const [present] = await sql<[{ n: number }]>`select count(*)::int as n from accounts`;
  const [middle] = await listedFrom(sql, Math.floor(present.n * 0.45), 1);
  if (!middle) throw new Error('no account in the middle');
  const after = { at: middle.registeredAt, id: middle.id };
  const [idle] = await sql<[{ at: Date; id: string }]>`
    select idle_since::timestamptz as at, account_id as id from account_activity where state <> 'deleted'
    order by idle_since, account_id offset ${Math.floor(present.n * 0.3)} limit 1`;
  const idleAfter = { at: idle.at, id: idle.id };
  return {
    listFirstPage: () => listAccounts(context, {}),
    listMiddlePage: () => listAccounts(context, { after }),
    count: () => countAccounts(context, {}),
    slackFirstPage: () => listAccounts(context, IN_SLACK),
    slackMiddlePage: () => listAccounts(context, { ...IN_SLACK, after }),
    slackByState: () => listAccounts(context, { ...IN_SLACK, state: 'blocked' }),
    ...Object.fromEntries(
      Object.entries(BY_ACTIVITY).map(([name, wanted]) => [
        name,
        () => listAccounts(context, { ...IN_SLACK, ...wanted }),
      ]),
    ),
    idleMiddlePage: () => listAccounts(context, { ...IN_SLACK, idle: '90d', after: idleAfter }),
    slackWithoutMatch: () => listAccounts(context, { ...IN_SLACK, text: 'nobody@nowhere.test' }),
    programsFirstPage: () => listAccounts(context, BY_PROGRAM),
    programsMiddlePage: () => listAccounts(context, { ...BY_PROGRAM, after }),
    programsSkippedPage: () => listAccounts(context, { ...BY_PROGRAM, skip: 700 }),
    programsCount: () => listAccounts(context, { ...BY_PROGRAM, limit: 1 }),
  };
}

/** As `/apim-user list` asks: a page, and how many match, up to a thousand. */
const IN_SLACK = { limit: 20, isCounted: { upTo: COUNTED_UP_TO } };

/** Who is still there, as people ask for it in Slack. */
const BY_ACTIVITY = {
  idleFirstPage: { idle: '90d' },
  idleOfState: { idle: '90d', state: 'active' },
  neverSignedIn: { neverSignedIn: true },
  sortedByCall: { sort: 'last-call' },
  sortedBySignIn: { sort: 'last-sign-in' },
} as const;

/** As the management API lists. */
const BY_PROGRAM = { limit: 100, isCounted: true };

const FILTERS: Record<string, string> = {
  programsByAddress: "email eq 'nobody@nowhere.test'",
  programsByState: "state eq 'blocked'",
  programsByDate: 'registrationDate ge 2026-01-01T00:00:00Z',
  programsByName: "startswith(lastName, 'Har')",
  programsByText: "contains(lastName, 'ar')",
};

const filtersOn = ({ context }: Opened): Works =>
  Object.fromEntries(
    Object.entries(FILTERS).map(([name, source]) => {
      const filter = readFilter(source, USER_FILTER);
      return [name, () => listAccounts(context, { ...BY_PROGRAM, filter })];
    }),
  );

/** p50 and p95 in milliseconds over the queries that people would type, and the slowest of them by name. */
export async function measureSearches(context: Context, sql: postgres.Sql, count: number) {
  const queries = await likelyQueries(sql, count);
  const searches: Record<string, ReturnType<typeof summary>> = {};
  const works = {
    listWithText: (text: string) => listAccounts(context, { text }),
    slackWithText: (text: string) => listAccounts(context, { ...IN_SLACK, text }),
    search: (text: string) => searchAccounts(context, { text }),
  };
  for (const [name, work] of Object.entries(works)) {
    await timeEach(queries.slice(0, 5), work);
    searches[name] = summary(queries, await timeEach(queries, work));
  }
  return searches;
}

function summary(queries: string[], times: number[]) {
  const slowest = queries
    .map((text, at) => ({ text, ms: rounded(times[at] ?? 0, 1) }))
    .sort((a, b) => b.ms - a.ms)
    .slice(0, 8);
  return { queries: queries.length, p50: percentile(times, 0.5), p95: percentile(times, 0.95), slowest };
}

/** A hundred different: names, full names, emails, their beginnings, misspellings, and names that no account has. */
async function likelyQueries(sql: postgres.Sql, count: number): Promise<string[]> {
  const people = await listedFrom(sql, Math.floor(count * 0.3), 60);
  const pick = (from: number, to: number) => people.slice(from, to);
  const every = (names: string[], step: number) => names.filter((_, at) => at % step === 0);
  const swapped = (name: string) => `${name.slice(0, 2)}${name[3] ?? ''}${name[2] ?? ''}${name.slice(4)}`;
  const odd = ['nobody@nowhere.test', 'Zyxwvut', 'example.com', 'ma', 'q'];
  const queries = new Set([
    ...odd,
    ...every(LAST_NAMES, 9).slice(0, 15),
    ...every(FIRST_NAMES, 9).slice(0, 10),
    ...every(LAST_NAMES, 7).slice(0, 15).map(swapped),
    ...pick(50, 60).map((one) => `${one.firstName} ${swapped(one.lastName)}`),
    ...pick(0, 15).map((one) => `${one.firstName} ${one.lastName}`),
    ...pick(20, 30).map((one) => one.email),
    ...pick(35, 45).map((one) => one.email.slice(0, one.email.indexOf('@'))),
    ...every(LAST_NAMES, 5).map((name) => name.slice(0, 3)),
  ]);
  return [...queries].slice(0, QUERIES);
}
