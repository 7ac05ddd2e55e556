// npm run operate: runs operations from a shell on the server, also while Slack is away.
import { userInfo } from 'node:os';
import { listBoundTeamIds } from '../db/operators/workspaces.ts';
import { DomainError } from '../domain/domain-error.ts';
import { readOneEmail } from '../domain/email-list.ts';
import { findOneAccount } from '../operations/accounts/find.ts';
import { restoreAccount } from '../operations/accounts/restore.ts';
import { WaitsForApproval } from '../operations/frame/approval.ts';
import type { Context } from '../operations/frame/context.ts';
import { listGroups } from '../operations/groups/list.ts';
import { listOperators } from '../operations/operators/list.ts';
import { EXPOSED, type Exposed, findExposed } from './console/operations.ts';
import { inputOf, optionFieldsOf, optionsOf, usageOf } from './console/options.ts';
import { forTerminal, jsonForTerminal, plainText, refusalText } from './console/output.ts';
import {
  EXIT,
  print,
  readArguments,
  requirePersonName,
  runProgram,
  UsageError,
  withDependencies,
} from './program.ts';

const MAX_PAGES = 1_000;
const DEFAULT_PAGES = 10;

const COMMON = {
  as: { type: 'string' },
  reason: { type: 'string' },
  json: { type: 'boolean' },
  pages: { type: 'string' },
} as const;

const usageLines = (effect: string): string =>
  EXPOSED.filter(({ operation }) => operation.effect === effect)
    .map((exposed) => `  ${usageOf(exposed)}\n`)
    .join('');

const help = (): string => `Manages accounts from a shell on the server, also while Slack is away:

  npm run -s operate -- OPERATION WORDS --as "Your Name" --reason "why"

Changes. Each needs --as and --reason; the audit records both, marked (console):
${usageLines('change')}
Reads, without an audit row:
${usageLines('read')}
ACCOUNT is an email or an id. A group is its name or id; separate several with commas. --json prints JSON. --pages N
limits a list to N pages (${DEFAULT_PAGES}). Operations in SECOND_OPERATOR_FOR wait until another operator approves them in Slack.

Exit code: 0 done; 1 refused; 64 this help; 70 an error; 75 it waits for an approval; 78 settings.
`;

type Invocation = {
  exposed: Exposed;
  input: Record<string, unknown>;
  name: string;
  reason: string;
  isJson: boolean;
  pages: number;
};

async function main(args: string[]): Promise<number> {
  const invocation = readInvocation(args);
  return withDependencies(async ({ contextOf }) => {
    const takesReason = optionFieldsOf(invocation.exposed).some((field) => field.name === 'reason');
    const plain = contextOf({ kind: 'console', name: invocation.name });
    const context = takesReason || !invocation.reason ? plain : { ...plain, reason: invocation.reason };
    try {
      const { accountId: account, ...typed } = invocation.input;
      const target = { ...typed, ...(account === undefined ? {} : { account: String(account) }) };
      const input = await invocation.exposed.operation.attempt(plain, target, (attempting) =>
        findIds(attempting, invocation),
      );
      const output = await runPages(context, invocation, input);
      if (invocation.exposed.isFile && !invocation.isJson) await print(String(output));
      else await print(invocation.isJson ? `${jsonForTerminal(output ?? null)}\n` : plainText(output));
      return EXIT.ok;
    } catch (error) {
      if (error instanceof WaitsForApproval) return printWaiting(plain, invocation, error);
      if (!(error instanceof DomainError)) throw error;
      const { code, detail } = error;
      await print(
        invocation.isJson ? `${jsonForTerminal({ refused: code, detail })}\n` : `${refusalText(error)}\n`,
      );
      return EXIT.refused;
    }
  });
}

function readInvocation(args: string[]): Invocation {
  const [name, ...rest] = args;
  if (name === undefined) throw new UsageError(help());
  const exposed = findExposed(name);
  if (!exposed) throw new UsageError(`No operation is called "${forTerminal(name)}".\n\n${help()}`);
  const own = optionsOf(optionFieldsOf(exposed));
  const { values, positionals } = readArguments(rest, { ...own, ...COMMON });
  const isChange = exposed.operation.effect === 'change';
  const reason = values.reason?.trim() ?? '';
  const typedName = values.as?.trim();
  if (isChange && (!typedName || !reason))
    throw new UsageError('Add --as "Your Name" and --reason "why": the audit records both.');
  const person = typedName || userName();
  requirePersonName(person);
  const pages = Number(values.pages ?? DEFAULT_PAGES);
  if (!(Number.isInteger(pages) && pages >= 1 && pages <= MAX_PAGES))
    throw new UsageError(`--pages is a number from 1 to ${MAX_PAGES}.`);
  const fields = optionFieldsOf(exposed).map((field) => ({
    ...field,
    isNeeded: field.isNeeded && field.name !== 'teamId',
  }));
  const input = inputOf(fields, exposed.positional, positionals, values);
  return { exposed, input, name: person, reason, isJson: values.json ?? false, pages };
}

/** A container's user often has no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.()}`;
  }
}

/** Replaces emails of accounts and names of groups by ids, and reads an email as a mail program writes it. */
async function findIds(context: Context, { exposed, input }: Invocation): Promise<Record<string, unknown>> {
  const { accountId, groupId, groupIds, ...rest } = input;
  const idOfGroup = async (text: unknown) => {
    const { groups } = await listGroups(context, {});
    const found = groups.find(
      ({ id, name }) => id === text || name.toLowerCase() === String(text).toLowerCase(),
    );
    return found?.id ?? text;
  };
  const takesTeam =
    optionFieldsOf(exposed).some(({ name }) => name === 'teamId') && rest.teamId === undefined;
  return {
    ...rest,
    ...(typeof rest.email === 'string' ? readPerson(rest.email, exposed, input) : {}),
    ...(takesTeam ? { teamId: await onlyTeam(context) } : {}),
    ...(accountId === undefined
      ? {}
      : {
          accountId: (
            await findOneAccount(context, {
              text: String(accountId),
              prefersDeleted: exposed.operation === restoreAccount,
            })
          ).account.id,
        }),
    ...(groupId === undefined ? {} : { groupId: await idOfGroup(groupId) }),
    ...(Array.isArray(groupIds) ? { groupIds: await Promise.all(groupIds.map(idOfGroup)) } : {}),
  };
}

/** The email, and the name beside it for an operation that makes a person and was given no other name. */
function readPerson(text: string, exposed: Exposed, input: Record<string, unknown>) {
  const { email, ...names } = readOneEmail(text);
  const takesNames = optionFieldsOf(exposed).some(({ name }) => name === 'firstName');
  const isNamed = ['accountId', 'firstName', 'lastName'].some((name) => name in input);
  return takesNames && !isNamed ? { email, ...names } : { email };
}

async function onlyTeam({ db, service }: Context): Promise<string> {
  const [team, ...more] = await listBoundTeamIds(db, service.id);
  if (!team) throw new DomainError('workspace_not_bound');
  if (more.length > 0) throw new UsageError(`--team is one of ${[team, ...more].join(', ')}.`);
  return team;
}

/** Joins the pages into one output. Its `next` says whether there are more. */
async function runPages(context: Context, { exposed, pages }: Invocation, input: Record<string, unknown>) {
  const first = await exposed.run(context, input);
  const paged = exposed.pages;
  if (!paged) return first;
  let page = first as Record<string, unknown>;
  const rows = [...(page[paged.rows] as unknown[])];
  for (let count = 1; page.next && count < pages; count++) {
    page = (await exposed.run(context, { ...input, [paged.cursor]: page.next })) as Record<string, unknown>;
    rows.push(...(page[paged.rows] as unknown[]));
  }
  return { ...(first as object), [paged.rows]: rows, previous: null, next: page.next };
}

async function printWaiting(
  context: Context,
  { isJson }: Invocation,
  waiting: WaitsForApproval,
): Promise<number> {
  const { approvalId, expiresAt, askedBefore } = waiting;
  const teams = await listBoundTeamIds(context.db, context.service.id);
  const operators = (await Promise.all(teams.map((teamId) => listOperators(context, { teamId })))).flat();
  const deciders = operators.map(({ name, role, slackUserId }) => `${name} (${role}, ${slackUserId})`);
  if (isJson) await print(`${jsonForTerminal({ waits: approvalId, expiresAt, askedBefore, deciders })}\n`);
  else {
    const lines = [
      `Waiting for a second operator; nothing changed yet. Approval ${approvalId}, open until ${expiresAt.toISOString()}.`,
      ...(askedBefore ? [`${askedBefore.by} already asked for this.`] : []),
      `Who can approve: ${deciders.join(', ') || 'no one yet'}.`,
      'They decide in Slack, where the request is posted as soon as the server reaches it.',
    ];
    await print(`${lines.map(forTerminal).join('\n')}\n`);
  }
  return EXIT.waits;
}

await runProgram(help(), main);
