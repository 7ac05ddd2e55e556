// npm run sample-data: invents accounts, to try the product and to look at long lists.
import { listBoundTeamIds } from '../db/operators/workspaces.ts';
import type { Dependencies } from '../dependencies.ts';
import type { Settings } from '../settings/settings.ts';
import { EXIT, print, readArguments, runProgram, UsageError, withDependencies } from './program.ts';
import { sampleCatalog } from './samples/catalog.ts';
import { sampleDeveloper } from './samples/developers.ts';
import { makeDeveloper, sampleGroups } from './samples/make.ts';

const HELP = `Fills the playground with invented developers, to try long lists:

  npm run -s sample-data -- [COUNT] [--seed WORD]

Makes COUNT (100) developers who don't exist, with emails that can't exist either, in every state: active, blocked, pending,
deleted, invited, and two that wait to be deleted. They come with APIs, products, subscriptions and calls. The same seed
makes the same people, each only once. Mail goes only to the playground's inbox.

It refuses in production, and on a database that a real Slack was connected to. --not-playground makes them there too,
without mail.
`;
const OPTIONS = {
  seed: { type: 'string' },
  'not-playground': { type: 'boolean' },
} as const;
const DEFAULT_COUNT = 100;
const MAX_COUNT = 10_000;
const MAX_SEED_LENGTH = 50;
const PROGRESS_DEVELOPERS = 100;

type SampleOptions = { count: number; seed: string; mayUseOtherDatabase: boolean };

await runProgram(HELP, async (args) => {
  const options = readOptions(args);
  return withDependencies((dependencies, settings) => makeAll(dependencies, settings, options));
});

function readOptions(args: string[]): SampleOptions {
  const { values, positionals } = readArguments(args, OPTIONS);
  const [count = String(DEFAULT_COUNT), ...more] = positionals;
  if (!/^\d{1,5}$/.test(count) || more.length > 0 || Number(count) < 1 || Number(count) > MAX_COUNT)
    throw new UsageError(`COUNT is one number from 1 to ${MAX_COUNT}.\n\n${HELP}`);
  const { seed = 'apim-user' } = values;
  if (seed === '' || seed.length > MAX_SEED_LENGTH)
    throw new UsageError(`--seed is a word of at most ${MAX_SEED_LENGTH} characters.`);
  return { count: Number(count), seed, mayUseOtherDatabase: values['not-playground'] ?? false };
}

async function makeAll(
  dependencies: Dependencies,
  settings: Settings,
  options: SampleOptions,
): Promise<number> {
  const context = dependencies.contextOf({ kind: 'console', name: 'Sample data' });
  if (settings.isProduction)
    throw new UsageError("Sample data can't be made in production. Nothing changed.");
  const isPlayground = await isPlaygroundDatabase(dependencies, settings, context.service.id);
  if (!isPlayground && !options.mayUseOtherDatabase)
    throw new UsageError(
      "This isn't the playground's database. Nothing changed. Add --not-playground if you mean it.",
    );
  await sampleCatalog(context);
  const samples = { context, groupIds: await sampleGroups(context), hasInbox: isPlayground };
  let made = 0;
  for (let number = 0; number < options.count; number++) {
    if (await makeDeveloper(samples, sampleDeveloper(options.seed, number))) made += 1;
    const done = number + 1;
    if (done % PROGRESS_DEVELOPERS === 0 || done === options.count)
      await print(`${done} of ${options.count} developers\n`);
  }
  const others = options.count - made;
  await print(`${made} made${others > 0 ? `, ${others} already existed` : ''}.\n`);
  return EXIT.ok;
}

/** False when the settings or the database name a real Slack or a mail service. */
async function isPlaygroundDatabase(
  { db }: Dependencies,
  settings: Settings,
  serviceId: string,
): Promise<boolean> {
  // The production image has no playground, and this program must refuse there without a fault.
  const { TEAM } = await import('../playground/workspace/people.ts');
  const teams = await listBoundTeamIds(db, serviceId);
  const isBound = teams.length > 0 && teams.every((teamId) => teamId === TEAM.id);
  return isBound && settings.slack === null && settings.resend === null;
}
