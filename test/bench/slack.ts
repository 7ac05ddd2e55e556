// The product under slash commands, beside a Bolt app that does nothing. Each is a process of its own, and so is the
// sender; Slack's Web API is here.
import { fileURLToPath } from 'node:url';
import type postgres from 'postgres';
import { SECRET_KEY } from './accounts.ts';
import { type Sent, SIGNING_SECRET, type Target } from './commands.ts';
import { median, percentile } from './figures.ts';
import { fillAccounts, listedFrom } from './fill.ts';
import { freePort, startProcess } from './process.ts';
import { startSender } from './sender.ts';
import { ADMIN, startSlackStub } from './slack-stub.ts';

const ROUNDS = 5;
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
      help: { url: product.url, text: 'help', answer: 'You are an admin here' },
      show: { url: product.url, text: `show ${email}`, answer: email },
    } satisfies Record<string, Target>;
    const names = Object.keys(targets) as (keyof typeof targets)[];

    const sender = await startSender();
    stops.push(sender.stop);
    const run = (name: keyof typeof targets, seconds: number) =>
      sender.send({ ...targets[name], inFlight: IN_FLIGHT, seconds });
    for (const name of names) await run(name, 2);
    const rounds = { empty: [] as Sent[], help: [] as Sent[], show: [] as Sent[] };
    for (let round = 0; round < ROUNDS; round++) {
      for (const name of names) rounds[name].push(await run(name, SECONDS));
    }
    const rates = (which: 'ackedPerSecond' | 'donePerSecond') => {
      const [empty = 0, help = 0, show = 0] = names.map((name) =>
        median(rounds[name].map((sent) => sent[which])),
      );
      const ratio = (name: 'help' | 'show') =>
        median(rounds[name].map((sent, round) => sent[which] / (rounds.empty[round]?.[which] ?? Number.NaN)));
      // Of each round, since its three follow each other and see the same machine.
      return { empty, help, show, ratio: { help: ratio('help'), show: ratio('show') } };
    };
    const acks = (name: keyof typeof targets) => {
      const all = rounds[name].flatMap((sent) => sent.acks);
      return { p50: percentile(all, 0.5), p99: percentile(all, 0.99) };
    };
    return {
      inFlight: IN_FLIGHT,
      ackMs: { empty: acks('empty'), help: acks('help'), show: acks('show') },
      acked: rates('ackedPerSecond'),
      done: rates('donePerSecond'),
    };
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}
