// `npm run chaos [-- --seed N] [--minutes M | --kills N] [--only TEXT]`: docs/chaos.md says what it does.
import { parseArgs } from 'node:util';
import { runChaos } from './run.ts';

const SHOWN = 20;

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    minutes: { type: 'string', default: '2' },
    kills: { type: 'string' },
    only: { type: 'string' },
  },
});
const seed = Number(values.seed);
const minutes = Number(values.minutes);
const kills = values.kills === undefined ? null : Number(values.kills);
const say = (line: string) => void process.stdout.write(`${line}\n`);

// Whatever ends a run, its Postgres, processes and mounts end with it. npm passes a signal on that we get too.
const stopping = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(name, () => stopping.abort(new Error(`stopped by ${name}`)));
process.on('uncaughtException', (error) => stopping.abort(error));

const { violations, table, logs } = await runChaos({
  seed,
  minutes,
  kills,
  only: values.only ?? null,
  signal: stopping.signal,
  say,
}).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
  process.exit(2);
});
for (const line of table) say(line);
const broken = [...violations].filter(([, lines]) => lines.length > 0);
for (const [name, lines] of broken) {
  say(`\nVIOLATED: ${name}`);
  for (const line of lines.slice(0, SHOWN)) say(`  ${line}`);
  if (lines.length > SHOWN) say(`  … and ${lines.length - SHOWN} more`);
}
if (broken.length > 0) for (const log of logs) say(`\n${log}`);
const howLong = kills === null ? `--minutes ${minutes}` : `--kills ${kills}`;
const again = `npm run chaos -- --seed ${seed} ${howLong}${values.only ? ` --only "${values.only}"` : ''}`;
say(broken.length === 0 ? `nothing was violated; seed ${seed}` : `to repeat it: ${again}`);
process.exit(broken.length === 0 ? 0 : 1);
