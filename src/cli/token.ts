// npm run token: makes a token for the management API, and prints it this once.
import { userInfo } from 'node:os';
import { listBoundTeamIds } from '../db/operators/workspaces.ts';
import { DomainError } from '../domain/domain-error.ts';
import type { Grant } from '../operations/frame/context.ts';
import { createToken, DEFAULT_TOKEN_DAYS, MAX_TOKEN_DAYS } from '../operations/tokens/create.ts';
import { EXIT, readArguments, runProgram, say, UsageError, withDependencies } from './beside-server.ts';
import { harmless, refusalWords } from './console/words.ts';

const HELP = `npm run -s token -- create --name ci --role reader --owner U012AB3CD [--as "Your Name"] [--grant list-secrets,sso] [--days ${DEFAULT_TOKEN_DAYS}]

Prints a token for the management API, once. --role is admin, approver or reader; --owner the Slack user who answers for
it, an operator: they can't agree to what the token asks for, and it stops working when they lose their role. --grant adds
list-secrets (keys of subscriptions) and sso (links that sign in). --as is who makes it, for the audit; without it, who you
are on this machine. It ends after ${DEFAULT_TOKEN_DAYS} days, or as --days says, ${MAX_TOKEN_DAYS} at most.
"/apim-user tokens" in Slack, and "npm run operate -- tokens", list them; both revoke.

Exit code: 0 done; 1 refused; 64 this help; 70 a fault; 78 settings.
`;
const OPTIONS = {
  name: { type: 'string' },
  role: { type: 'string' },
  owner: { type: 'string' },
  team: { type: 'string' },
  grant: { type: 'string' },
  days: { type: 'string' },
  as: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

await runProgram(async () => {
  const { values, positionals } = readArguments(process.argv.slice(2), OPTIONS);
  if (values.help) {
    await say(HELP);
    return EXIT.ok;
  }
  const { name, role, owner: userId, as: by = userOfMachine() } = values;
  if (positionals.join(' ') !== 'create' || !name || !role || !userId || !by.trim())
    throw new UsageError(HELP);
  if (/[/\p{Cc}\p{Cf}]/u.test(by) || by.length > 100)
    throw new UsageError('--as is a name of at most 100 characters, without a slash.');
  const grants = (values.grant ?? '').split(',').filter((one) => one !== '') as Grant[];
  return withDependencies(async ({ contextOf, db }) => {
    const context = contextOf({ kind: 'console', name: by.trim() });
    const [team, ...more] = values.team ? [values.team] : await listBoundTeamIds(db, context.service.id);
    if (!team) throw new UsageError('No Slack workspace is bound yet; start the server once.');
    if (more.length > 0) throw new UsageError(`--team is one of ${[team, ...more].join(', ')}.`);
    try {
      const made = await createToken(context, {
        name,
        role: role as 'reader',
        grants,
        teamId: team,
        userId,
        ...(values.days === undefined ? {} : { days: Number(values.days) }),
      });
      await say(`${made.token}\n`);
      process.stderr.write(
        `It is shown this once. It ends ${made.expiresAt.toISOString()}; ${harmless(made.ownerName)} answers for it.\n`,
      );
      return EXIT.ok;
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      await say(`${refusalWords(error)}\n`);
      return EXIT.refused;
    }
  });
});

/** Empty where the machine has no name for whoever runs this, as in some containers. */
function userOfMachine(): string {
  try {
    return userInfo().username;
  } catch {
    return '';
  }
}
