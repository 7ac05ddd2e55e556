// Users: Azure's word for accounts.
import { z } from 'zod';
import { DomainError } from '../domain/domain-error.ts';
import { addAccount } from '../operations/accounts/add.ts';
import { deleteAccount } from '../operations/accounts/delete.ts';
import { makeSignInLink } from '../operations/accounts/make-sign-in-link.ts';
import { changeAccount } from '../operations/accounts/patch.ts';
import { queryAccounts } from '../operations/accounts/query.ts';
import { readAccount } from '../operations/accounts/read.ts';
import { queryGroups } from '../operations/groups/query.ts';
import { sendPasswordReset } from '../operations/passwords/send-reset.ts';
import { appType, ignored, readProperties, text } from './body.ts';
import { groupProperties, viewGroup } from './group-shape.ts';
import { demandNoMatch, expectedVersion } from './if-match.ts';
import { ManagementError, validationError } from './management-error.ts';
import { collection, cursorOf, pageOf } from './page.ts';
import { type Answer, type Call, type Route, read } from './route.ts';
import { type AccountView, identitiesOf, viewUser } from './user-shape.ts';

const ADMINISTRATOR = '1';

export const USER_ROUTES: Route[] = [
  ...read('User_ListByService', 'users', listUsers),
  ...read('User_Get', 'users/{userId}', getUser, 'User_GetEntityTag'),
  { method: 'PUT', path: 'users/{userId}', operation: 'User_CreateOrUpdate', run: putUser },
  { method: 'PATCH', path: 'users/{userId}', operation: 'User_Update', run: patchUser },
  { method: 'DELETE', path: 'users/{userId}', operation: 'User_Delete', run: deleteUser },
  { method: 'POST', path: 'users/{userId}/generateSsoUrl', operation: 'User_GenerateSsoUrl', run: ssoUrl },
  { method: 'POST', path: 'users/{userId}/token', operation: 'User_GetSharedAccessToken', run: noToken },
  ...read('UserGroup_List', 'users/{userId}/groups', listGroupsOfUser),
  ...read('UserIdentities_List', 'users/{userId}/identities', listIdentities),
  {
    method: 'POST',
    path: 'users/{userId}/confirmations/password/send',
    operation: 'UserConfirmationPassword_Send',
    run: sendConfirmation,
  },
];

const STATES = z
  .enum(['active', 'blocked', 'pending'], 'must be active, blocked or pending; DELETE makes it deleted')
  .optional();
const IDENTITIES = z
  .array(z.looseObject({ provider: z.literal('Basic'), id: z.string() }), 'must be of the provider Basic')
  .max(1, 'must be one, of the provider Basic')
  .optional();
const PROPERTIES = {
  email: text,
  firstName: text,
  lastName: text,
  note: text,
  password: text,
  state: STATES,
  identities: IDENTITIES,
  registrationDate: ignored,
  groups: ignored,
};
const CREATED = {
  ...PROPERTIES,
  appType,
  confirmation: z.enum(['signup', 'invite'], 'must be signup or invite').optional(),
};

async function listUsers(call: Call): Promise<Answer> {
  const expandGroups = call.query.flag('expandGroups') ?? false;
  const wanted = { ...pageOf(call), ...cursorOf<{ registeredAt: string; id: string }>(call), expandGroups };
  const { accounts, groups, count, next } = await queryAccounts(call.context, wanted);
  const value = accounts.map((account) =>
    viewUser(call.address, account, expandGroups ? groupsOf(account, groups) : undefined),
  );
  return collection(call, value, count, next);
}

function groupsOf(account: AccountView, groups: Awaited<ReturnType<typeof queryAccounts>>['groups']) {
  const own = new Set(account.groups.map(({ id }) => id));
  return groups.filter(({ id, type }) => type === 'system' || own.has(id)).map(groupProperties);
}

async function getUser(call: Call): Promise<Answer> {
  return shown(call, await demandUser(call));
}

const shown = (call: Call, account: AccountView, status: 200 | 201 = 200, groups?: unknown[]): Answer => ({
  status,
  body: viewUser(call.address, account, groups),
  version: account.version,
});

async function putUser(call: Call): Promise<Answer> {
  const { confirmation, appType: _, ...wanted } = readProperties(call, CREATED);
  demandIdentity(wanted.identities, wanted.email);
  const accountId = changedUserId(call);
  const isTold = call.query.flag('notify') ?? false;
  const missing = (['email', 'firstName', 'lastName'] as const).filter((name) => !wanted[name]);
  if (missing.length > 0)
    throw validationError(Object.fromEntries(missing.map((name) => [name, 'is needed'])));
  const { email = '', firstName = '', lastName = '', note, password, state } = wanted;
  if (await readAccount(call.context, { accountId })) {
    const expected = { expectedVersion: expectedVersion(call, false) };
    const change = { accountId, email, firstName, lastName, note, password, state, ...expected };
    return withGroups(call, await changeAccount(call.context, change), 200);
  }
  demandNoMatch(call);
  if (confirmation === 'invite' && state !== undefined && state !== 'pending')
    throw validationError({ state: 'is pending for who is invited' });
  const { account } = await addAccount(call.context, {
    accountId,
    email,
    firstName,
    lastName,
    ...(note === undefined ? {} : { note }),
    ...(password === undefined ? {} : { password }),
    ...(state === undefined ? {} : { state }),
    isInvited: confirmation === 'invite',
    tellDeveloper: isTold || confirmation === 'signup',
  });
  return withGroups(call, account, 201);
}

async function withGroups(call: Call, account: AccountView, status: 200 | 201): Promise<Answer> {
  const { groups } = await queryGroups(call.context, { accountId: account.id });
  return shown(call, account, status, groups.map(groupProperties));
}

async function patchUser(call: Call): Promise<Answer> {
  const { identities, registrationDate: _r, groups: _g, ...wanted } = readProperties(call, PROPERTIES);
  const accountId = changedUserId(call);
  const change = { accountId, ...wanted, expectedVersion: expectedVersion(call, true) };
  if (identities) {
    const { email } = await demandUser(call);
    demandIdentity(identities, wanted.email ?? email);
  }
  return shown(call, await changeAccount(call.context, change));
}

async function deleteUser(call: Call): Promise<Answer> {
  const accountId = changedUserId(call);
  const version = expectedVersion(call, true);
  demandAppType(call);
  const input = {
    accountId,
    deleteSubscriptions: call.query.flag('deleteSubscriptions') ?? false,
    tellDeveloper: call.query.flag('notify') ?? false,
    ...(version === undefined ? {} : { expectedVersion: version }),
  };
  try {
    await deleteAccount(call.context, input);
  } catch (error) {
    if (!isGone(error)) throw error;
  }
  return { status: 204 };
}

/** What is not there any more is as it should be. */
function isGone(error: unknown): boolean {
  if (!(error instanceof DomainError)) return false;
  const { code, detail } = error;
  const isDeleted = code === 'account_state_unfitting' && detail.current?.state === 'deleted';
  return code === 'account_not_found' || code === 'account_erased' || isDeleted;
}

async function ssoUrl(call: Call): Promise<Answer> {
  const { url } = await makeSignInLink(call.context, { accountId: userId(call) });
  return { status: 200, body: { value: url } };
}

/** Nothing here would accept one: a developer signs in to the portal, and a program has a token of its own. */
async function noToken(call: Call): Promise<Answer> {
  await demandUser(call);
  throw new ManagementError(
    405,
    'MethodNotAllowed',
    'Shared access tokens are not given out: nothing here accepts one. Use generateSsoUrl, or a token of the management API.',
  );
}

async function listGroupsOfUser(call: Call): Promise<Answer> {
  const { id: accountId } = await demandUser(call);
  const wanted = { accountId, ...pageOf(call), ...cursorOf<string>(call) };
  const { groups, count, next } = await queryGroups(call.context, wanted);
  const value = groups.map((group) => viewGroup(call.address, group, ['users', accountId]));
  return collection(call, value, count, next);
}

async function listIdentities(call: Call): Promise<Answer> {
  const identities = identitiesOf(await demandUser(call));
  return collection(call, identities, identities.length, null);
}

async function sendConfirmation(call: Call): Promise<Answer> {
  demandAppType(call);
  await sendPasswordReset(call.context, { accountId: userId(call) });
  return { status: 204 };
}

/** Errors: `account_not_found`. */
export async function demandUser(call: Call): Promise<AccountView> {
  const account = await readAccount(call.context, { accountId: userId(call) });
  if (!account) throw new DomainError('account_not_found');
  return account;
}

function userId({ params }: Call): string {
  return params.userId ?? '';
}

/** Azure: the built-in administrator can neither be changed nor deleted. */
function changedUserId(call: Call): string {
  const id = userId(call);
  if (id !== ADMINISTRATOR) return id;
  throw new ManagementError(
    405,
    'MethodNotAllowed',
    'User 1 is the built-in administrator, which cannot be changed.',
  );
}

function demandAppType({ query }: Call): void {
  const value = query.text('appType');
  if (value !== undefined && !appType.safeParse(value).success)
    throw validationError({ appType: 'must be portal or developerPortal' });
}

function demandIdentity(identities: { id: string }[] | undefined, email: string | undefined): void {
  const isOther = identities?.some(({ id }) => id.toLowerCase() !== email?.toLowerCase());
  if (isOther) throw validationError({ identities: 'must be the provider Basic with the address as its id' });
}
