// npm run sample-data: accounts of people who don't exist, for whoever wants to play or to look at long lists.
import { listBoundTeamIds } from '../db/operators/workspaces.ts';
import type { Dependencies } from '../dependencies.ts';
import type { Settings } from '../settings/settings.ts';
import { EXIT, readArguments, runProgram, say, UsageError, withDependencies } from './beside-server.ts';
import { sampleCatalog } from './samples/catalog.ts';
import { sampleDeveloper } from './samples/developers.ts';
import { makeDeveloper, sampleGroups } from './samples/make.ts';

const HELP = `npm run -s sample-data -- [COUNT] [--seed WORD]

Makes COUNT (100) developers who don't exist, at addresses that can't either, in every state: active, blocked, pending,
deleted, invited, and two that wait to be deleted; with APIs, products, subscriptions in every state, and their use. The
same seed makes the same people, and nobody twice. Mail goes to the playground's inbox alone. It refuses in production,
and on a database that Slack has been connected to; --not-playground says that it is meant to be done there: no mail is
sent then.
`;
const OPTIONS = {
  seed: { type: 'string' },
  'not-playground': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;
const DEFAULT_COUNT = 100;
const MAX_COUNT = 10_000;
const MAX_SEED_LENGTH = 50;
const PROGRESS_DEVELOPERS = 100;

type Wanted = { count: number; seed: string; mayBeOther: boolean };

function readWords(args: string[]): Wanted | null {
  const { values, positionals } = readArguments(args, OPTIONS);
  if (values.help) return null;
  const [count = String(DEFAULT_COUNT), ...more] = positionals;
  if (!/^\d{1,5}$/.test(count) || more.length > 0 || Number(count) < 1 || Number(count) > MAX_COUNT)
    throw new UsageError(`COUNT is one number from 1 to ${MAX_COUNT}.\n\n${HELP}`);
  const { seed = 'apim-user' } = values;
  if (seed === '' || seed.length > MAX_SEED_LENGTH)
    throw new UsageError(`--seed is a word of at most ${MAX_SEED_LENGTH} characters.`);
  return { count: Number(count), seed, mayBeOther: values['not-playground'] ?? false };
}

await runProgram(async () => {
  const wanted = readWords(process.argv.slice(2));
  if (!wanted) {
    await say(HELP);
    return EXIT.ok;
  }
  return withDependencies((dependencies, settings) => makeAll(dependencies, settings, wanted));
});

async function makeAll(dependencies: Dependencies, settings: Settings, wanted: Wanted): Promise<number> {
  const context = dependencies.contextOf({ kind: 'console', name: 'Sample data' });
  if (settings.isProduction) throw new UsageError('Sample data is not made in production. Nothing was done.');
  const isPlayground = await isOfPlayground(dependencies, settings, context.service.id);
  if (!isPlayground && !wanted.mayBeOther)
    throw new UsageError(
      "This is not the playground's database. Nothing was done; --not-playground says that it is meant.",
    );
  await sampleCatalog(context);
  const samples = { context, groupIds: await sampleGroups(context), hasInbox: isPlayground };
  let made = 0;
  for (let number = 0; number < wanted.count; number++) {
    if (await makeDeveloper(samples, sampleDeveloper(wanted.seed, number))) made += 1;
    const done = number + 1;
    if (done % PROGRESS_DEVELOPERS === 0 || done === wanted.count)
      await say(`${done} of ${wanted.count} developers\n`);
  }
  const others = wanted.count - made;
  await say(`${made} made${others > 0 ? `, ${others} were there already` : ''}.\n`);
  return EXIT.ok;
}

/** Neither the settings nor the database itself know of another Slack, or of a mail service. */
async function isOfPlayground({ db }: Dependencies, settings: Settings, serviceId: string): Promise<boolean> {
  // The image is built without the playground, and this program must be able to refuse there.
  const { TEAM } = await import('../playground/workspace/people.ts');
  const teams = await listBoundTeamIds(db, serviceId);
  const isBound = teams.length > 0 && teams.every((teamId) => teamId === TEAM.id);
  return isBound && settings.slack === null && settings.resend === null;
}
