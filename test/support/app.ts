// The whole product in the test's own process, with a database, a local Slack and an inbox.
import postgres from 'postgres';
import { expect } from 'vitest';
import { startApp } from '../../src/app.ts';
import { createLog } from '../../src/log.ts';
import { readSettings } from '../../src/settings/settings.ts';
import { createTestDatabase } from './database.ts';
import { strayMarkup } from './markup.ts';
import { auditTextAt, secretsIn, ticketsIn } from './secrets.ts';
import { createSlackDriver, type SlackDriver } from './slack-driver.ts';
import { TEST_PASSWORD_COST, TEST_SECRET_KEY } from './test-settings.ts';

export type TestApp = Awaited<ReturnType<typeof startTestApp>>;

/** `beside`: acts as a second process of another test app, on its database and with its local Slack. */
type Options = { clock?: () => Date; beside?: SlackDriver & { databaseUrl: string; publicUrl?: string } };

export async function startTestApp(env: Record<string, string> = {}, { clock, beside }: Options = {}) {
  const own = beside ? null : await createTestDatabase();
  const databaseUrl = beside?.databaseUrl ?? own?.url ?? '';
  const driver: SlackDriver = beside ?? (await createSlackDriver(clock ? { clock } : {}));
  const settings = readSettings({
    PORT: '0',
    DATABASE_URL: databaseUrl,
    SECRET_KEY: TEST_SECRET_KEY,
    ...driver.settings,
    SUPPORT_EMAIL: 'support@example.com',
    // Most stories have one operator; those with two set it themselves.
    SECOND_OPERATOR_FOR: 'none',
    LOG_LEVEL: 'error',
    // Processes of one product share its public address, because each may send a mail that another wrote.
    ...(beside?.publicUrl ? { PUBLIC_URL: beside.publicUrl } : {}),
    ...env,
  });
  const log = createLog('error');
  const app = await startApp(settings, log, {
    passwordCost: TEST_PASSWORD_COST,
    ...(clock ? { clock } : {}),
  });
  if (!beside) driver.deliverTo(app.localUrl);
  const sql = postgres(databaseUrl, { max: 2, onnotice: () => {} });
  return {
    ...driver,
    url: app.localUrl,
    publicUrl: app.url,
    internalUrl: app.internalUrl,
    databaseUrl,
    /** For what no surface shows. It connects with the first statement. */
    sql,
    /** Sends a form as a browser on a page of ours would. */
    post: (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
      fetch(`${app.localUrl}${path}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          'sec-fetch-site': 'same-origin',
          ...headers,
        },
        body: new URLSearchParams(fields),
        redirect: 'manual',
      }),
    async close() {
      await app.stop();
      await sql.end({ timeout: 5 });
      if (beside) return;
      const tickets = ticketsIn(driver.inbox.mails());
      const toSlack = driver.everythingSent().filter((call) => !call.method.includes('emails'));
      const audited = await auditTextAt(databaseUrl);
      await driver.close();
      await own?.close();
      // T51 and T59, for everything that this file's tests did.
      expect(secretsIn(JSON.stringify(toSlack), tickets), 'said to Slack').toEqual([]);
      expect(secretsIn(audited, tickets), 'written into the audit').toEqual([]);
      expect(strayMarkup(toSlack), 'angle brackets that Slack would read as markup').toEqual([]);
    },
  };
}
