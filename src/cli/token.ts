// npm run token: makes a token for the management API and prints it once.
import { userInfo } from 'node:os';
import { listBoundTeamIds } from '../db/operators/workspaces.ts';
import { DomainError } from '../domain/domain-error.ts';
import { parseTime } from '../domain/time-words.ts';
import type { Grant } from '../operations/frame/context.ts';
import { listOperators } from '../operations/operators/list.ts';
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

const HELP = `Makes a token for the management API, and prints it once:

  npm run -s token -- create --name ci --role reader --owner U012AB3CD [--grant list-secrets,sso,act-alone] [--days ${DEFAULT_TOKEN_DAYS}] [--as "Your Name"]

--role   admin, approver or reader.
--owner  the Slack user, an operator, who owns it. They can't approve what the token requests, and it stops working when
         they lose their role.
--grant  list-secrets (keys of subscriptions), sso (links that sign in), act-alone (what SECOND_OPERATOR_FOR names runs at
         once, for terraform destroy), or several of them.
--days   how long it works: 30, "2 weeks", "3 months"; ${DEFAULT_TOKEN_DAYS} days unless you say, ${MAX_TOKEN_DAYS} at most.
--as     who makes it, for the audit; your user name on this machine unless you say.

"/apim-user tokens" in Slack and "npm run operate -- tokens" list and revoke tokens.

Exit code: 0 done; 1 refused; 64 this help; 70 an error; 78 settings.
`;
const DAY_MS = 86_400_000;
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
    if (!team) throw new UsageError('No Slack workspace is connected yet. Start the server once.');
    if (more.length > 0) throw new UsageError(`--team is one of ${[team, ...more].join(', ')}.`);
    try {
      const made = await createToken(context, {
        name,
        role: role as 'reader',
        grants,
        teamId: team,
        userId,
        ...(values.days === undefined ? {} : { days: readDays(values.days, context.clock()) }),
      });
      await print(`${made.token}\n`);
      process.stderr.write(
        `Copy it now: it isn't shown again. It ends ${made.expiresAt.toISOString()}; ${forTerminal(made.ownerName)} owns it.
az, Terraform and the SDKs sign in with the client id ${made.tokenId}, and the token as the client secret, if the server has
MANAGEMENT_CLIENT_CREDENTIALS=on.\n`,
      );
      return EXIT.ok;
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      const isAboutOwner = error.code === 'operator_unfitting';
      await print(
        isAboutOwner
          ? ownerRefusal(userId, await listOperators(context, { teamId: team }))
          : `${refusalText(error)}\n`,
      );
      return EXIT.refused;
    }
  });
});

function ownerRefusal(owner: string, operators: Awaited<ReturnType<typeof listOperators>>): string {
  const has = operators.find(({ slackUserId }) => slackUserId === owner);
  const why = has?.role
    ? `${has.name} is an approver, and a token can't do more than its owner.`
    : `${owner} is no operator here.`;
  const able = operators.filter(({ role }) => role !== null);
  return [
    forTerminal(`Refused: ${why} Nothing changed. --owner is one of:`),
    ...able.map(({ slackUserId, name, role }) => forTerminal(`  ${slackUserId}  ${name} (${role})`)),
    '',
  ].join('\n');
}

/** Whole days, as people write them: `90`, `7 days`, `a week`, `3 months`. */
function readDays(text: string, now: Date): number {
  const span = /^\s*\d+\s*$/.test(text)
    ? parseTime(`${text.trim()} days`, { now })
    : parseTime(text, { now });
  const days = span && 'at' in span && span.isSpan ? (span.at.getTime() - now.getTime()) / DAY_MS : 0;
  if (Number.isInteger(days) && days > 0) return days;
  throw new UsageError(
    `--days is a number of whole days, such as 90, "7 days" or "3 months"; ${MAX_TOKEN_DAYS} at most.`,
  );
}

/** Empty where the user has no name, as in some containers. */
function systemUser(): string {
  try {
    return userInfo().username;
  } catch {
    return '';
  }
}
