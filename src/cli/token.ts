// npm run token: makes a token for the management API and prints it once.
import { userInfo } from 'node:os';
import { listBoundTeamIds } from '../db/operators/workspaces.ts';
import { DomainError } from '../domain/domain-error.ts';
import type { Grant } from '../operations/frame/context.ts';
import { createToken, DEFAULT_TOKEN_DAYS, MAX_TOKEN_DAYS } from '../operations/tokens/create.ts';
import { forTerminal, refusalText } from './console/output.ts';
import {
  EXIT,
  print,
  readArguments,
  requirePersonName,
  runProgram,
  UsageError,
  withDependencies,
} from './program.ts';

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
} as const;

await runProgram(HELP, async (args) => {
  const { values, positionals } = readArguments(args, OPTIONS);
  const { name, role, owner: userId, as: by = systemUser() } = values;
  if (positionals.join(' ') !== 'create' || !name || !role || !userId || !by.trim())
    throw new UsageError(HELP);
  requirePersonName(by);
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
      await print(`${made.token}\n`);
      process.stderr.write(
        `It is shown this once. It ends ${made.expiresAt.toISOString()}; ${forTerminal(made.ownerName)} answers for it.\n`,
      );
      return EXIT.ok;
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      await print(`${refusalText(error)}\n`);
      return EXIT.refused;
    }
  });
});

/** Empty where the user has no name, as in some containers. */
function systemUser(): string {
  try {
    return userInfo().username;
  } catch {
    return '';
  }
}
