// Operations on the database of a running test app, for what a story needs and no surface offers.
import { openDependencies } from '../../src/dependencies.ts';
import type { Actor } from '../../src/operations/frame/context.ts';
import { readSettings } from '../../src/settings/settings.ts';
import { NO_PEOPLE, TEST_SECRET_KEY } from './test-settings.ts';

export type BesideApp = Awaited<ReturnType<typeof besideApp>>;

/** With `SERVICE` in `more`, on that service. */
export async function besideApp(
  app: { databaseUrl: string; publicUrl: string },
  more: Record<string, string> = {},
) {
  const ends: (() => Promise<unknown>)[] = [];
  const env = {
    DATABASE_URL: app.databaseUrl,
    SECRET_KEY: TEST_SECRET_KEY,
    SECOND_OPERATOR_FOR: 'none',
    ...more,
  };
  const { sql, contextOf } = await openDependencies(readSettings(env), {
    clock: () => new Date(),
    people: NO_PEOPLE,
    publicUrl: () => app.publicUrl,
    poolSize: 3,
    atStop: (end) => void ends.push(end),
    isBesideServer: true,
  });
  return {
    sql,
    as: (actor: Actor) => contextOf(actor),
    console: () => contextOf({ kind: 'console', name: 'Connie' }),
    /** The developer with this email, signed in. */
    async developer(email: string) {
      const [account] = await sql`select id from accounts where email = ${email} and state <> 'deleted'`;
      const [accountId, sessionId] = [String(account?.id), crypto.randomUUID()];
      await sql`insert into sessions
        (service_id, id, account_id, hash, agent, created_at, last_seen_at, expires_at)
        values ('default', ${sessionId}, ${accountId}, ${sessionId}, 'test', now(), now(), '2100-01-01')`;
      return contextOf({ kind: 'account', accountId, sessionId });
    },
    async close() {
      for (const end of ends.reverse()) await end();
    },
  };
}
