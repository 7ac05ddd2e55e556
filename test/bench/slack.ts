// The product under slash commands, beside a Bolt app that does nothing. Each is a process of its own; the stub of
// Slack shares the process of the sender.
import { fileURLToPath } from 'node:url';
import type postgres from 'postgres';
import { SECRET_KEY } from './accounts.ts';
import { SIGNING_SECRET, sendCommands, type Target } from './commands.ts';
import { median, percentile } from './figures.ts';
import { fillAccounts, listedFrom } from './fill.ts';
import { freePort, startProcess } from './process.ts';
import { ADMIN, startSlackStub } from './slack-stub.ts';

const ROUNDS = 3;
const SECONDS = 3;
const IN_FLIGHT = 50;
const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const EMPTY = fileURLToPath(new URL('./empty-bolt.ts', import.meta.url));

export async function measureSlack(
  databaseUrl: string,
  sql: postgres.Sql,
  { serviceId, accounts }: { serviceId: string; accounts: number },
) {
  const stub = await startSlackStub();
  const stops: (() => unknown)[] = [stub.close];
  try {
    const product = await startProcess(MAIN, {
      PORT: '0',
      DATABASE_URL: databaseUrl,
      SECRET_KEY,
      SLACK_BOT_TOKEN: 'xoxb-bench',
      SLACK_SIGNING_SECRET: SIGNING_SECRET,
      SLACK_API_URL: stub.apiUrl,
      SLACK_ADMINS: ADMIN,
      RESEND_API_KEY: 're_bench',
      RESEND_BASE_URL: 'http://127.0.0.1:9',
      MAIL_FROM: 'Example APIs <apis@example.com>',
      LOG_LEVEL: 'error',
    });
    stops.push(product.stop);
    const empty = await startProcess(EMPTY, { PORT: await freePort(), SLACK_SIGNING_SECRET: SIGNING_SECRET });
    stops.push(empty.stop);
    await fillAccounts(sql, serviceId, accounts);
    const [account] = await listedFrom(sql, Math.floor(accounts / 2), 1);
    const email = account?.email ?? '';
    const targets = {
      empty: { url: empty.url, text: 'help', answer: null },
      help: { url: product.url, text: 'help', answer: 'Help: what' },
      show: { url: product.url, text: `show ${email}`, answer: email },
    } satisfies Record<string, Target>;
    const names = Object.keys(targets) as (keyof typeof targets)[];

    const run = (name: keyof typeof targets, seconds: number) =>
      sendCommands(targets[name], { stub, inFlight: IN_FLIGHT, seconds });
    for (const name of names) await run(name, 2);
    const perSecond = { empty: [] as number[], help: [] as number[], show: [] as number[] };
    const acks = { empty: [] as number[], help: [] as number[], show: [] as number[] };
    for (let round = 0; round < ROUNDS; round++) {
      for (const name of names) {
        const done = await run(name, SECONDS);
        perSecond[name].push(done.perSecond);
        acks[name].push(...done.acks);
      }
    }
    const rates = {
      empty: median(perSecond.empty),
      help: median(perSecond.help),
      show: median(perSecond.show),
    };
    return {
      inFlight: IN_FLIGHT,
      helpAckMs: { p50: percentile(acks.help, 0.5), p99: percentile(acks.help, 0.99) },
      emptyAckMs: { p50: percentile(acks.empty, 0.5), p99: percentile(acks.empty, 0.99) },
      perSecond: rates,
      rounds: perSecond,
      ratio: { help: rates.help / rates.empty, show: rates.show / rates.empty },
    };
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}
