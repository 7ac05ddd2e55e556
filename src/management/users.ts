// Users, which is Azure's word for accounts.
import { z } from 'zod';
import { DomainError } from '../domain/domain-error.ts';
import { addAccount } from '../operations/accounts/add.ts';
import { ADMINISTRATOR_ID, type ProgramAccount } from '../operations/accounts/administrator.ts';
import { compareAccount } from '../operations/accounts/compare.ts';
import { deleteAccount } from '../operations/accounts/delete.ts';
import { editAccount } from '../operations/accounts/edit.ts';
import { listAccounts } from '../operations/accounts/list.ts';
import { makeSignInLink } from '../operations/accounts/make-sign-in-link.ts';
import { changeAccount } from '../operations/accounts/patch.ts';
import { readAccount } from '../operations/accounts/read.ts';
import { DEVELOPERS_GROUP } from '../operations/groups/group.ts';
import { listGroups } from '../operations/groups/list.ts';
import { comparePassword } from '../operations/passwords/compare.ts';
import { sendPasswordReset } from '../operations/passwords/send-reset.ts';
import { appType, choice, demandProperties, ignored, readProperties, text } from './body.ts';
import { groupProperties, listGroupsIn } from './group-shape.ts';
import { readIfMatch } from './if-match.ts';
import { ManagementError, validationError } from './management-error.ts';
import { cursorOf, listResponse, pageOf } from './page.ts';
import { defineResource, putResource } from './resource.ts';
import {
  changeRoutes,
  type ManagementRequest,
  type ManagementResponse,
  type Route,
  readRoutes,
  resourceResponse,
} from './route.ts';
import { identitiesOf, USER_FILTER, viewUser } from './user-shape.ts';

export const USER_ROUTES: Route[] = [
  ...readRoutes('User_ListByService', 'users', listUsers),
  ...readRoutes('User_Get', 'users/{userId}', (request) => USER.get(request), 'User_GetEntityTag'),
  ...changeRoutes('users/{userId}', {
    PUT: ['User_CreateOrUpdate', addAccount, putUser],
    PATCH: ['User_Update', editAccount, patchUser],
    DELETE: ['User_Delete', deleteAccount, deleteUser],
  }),
  ...changeRoutes('users/{userId}/generateSsoUrl', {
    POST: ['User_GenerateSsoUrl', makeSignInLink, generateSsoUrl],
  }),
  ...changeRoutes('users/{userId}/token', {
    POST: ['User_GetSharedAccessToken', makeSignInLink, refuseSharedAccessToken],
  }),
  ...readRoutes('UserGroup_List', 'users/{userId}/groups', listGroupsOfUser),
  ...readRoutes('UserIdentities_List', 'users/{userId}/identities', listIdentities),
  ...changeRoutes('users/{userId}/confirmations/password/send', {
    POST: ['UserConfirmationPassword_Send', sendPasswordReset, sendConfirmation],
  }),
];

const STATES = choice(['active', 'blocked', 'pending'], '; DELETE makes it deleted');
const IDENTITIES = z
  .array(
    z.looseObject({ provider: choice(['Basic']), id: z.string() }),
    'must be a list of identities of the provider Basic',
  )
  .max(1, 'must be a single identity of the provider Basic')
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
const CREATE_PROPERTIES = {
  ...PROPERTIES,
  appType,
  confirmation: choice(['signup', 'invite']),
};

async function listUsers(request: ManagementRequest): Promise<ManagementResponse> {
  const wanted = {
    ...pageOf(request, USER_FILTER),
    ...cursorOf<{ at: string; id: string }>(request),
    withGroups: request.query.flag('expandGroups') ?? false,
    withAdministrator: true,
  };
  const { accounts, administrator, groups, ...page } = await listAccounts(request.context, wanted);
  const value = [...accounts, ...administrator].map((account) =>
    viewUser(request.address, account, groups && groupsOf(account, groups)),
  );
  return listResponse(request, value, page);
}

type Groups = NonNullable<Awaited<ReturnType<typeof listAccounts>>['groups']>;

function groupsOf(account: ProgramAccount, groups: Groups) {
  const own = new Set(account.groups.map(({ id }) => id));
  return groups.filter(({ id }) => id === DEVELOPERS_GROUP || own.has(id)).map(groupProperties);
}

async function putUser(request: ManagementRequest): Promise<ManagementResponse> {
  const { confirmation, appType: _, ...wanted } = readProperties(request, CREATE_PROPERTIES);
  demandIdentity(wanted.identities, wanted.email);
  const id = changeableUserId(request);
  const notify = request.query.flag('notify') ?? false;
  // An empty last name is looked at once it is known who has it.
  const needed = wanted.lastName === '' ? [] : (['lastName'] as const);
  demandProperties(wanted, ['email', 'firstName', ...needed]);
  const { email = '', firstName = '', lastName = '', note, password, state } = wanted;
  const values = { email, firstName, lastName, note };
  const isInvited = confirmation === 'invite' && state !== 'active';
  // Beside a confirmation it is the state of a new user, and Terraform repeats both: who has accepted since stays active.
  const nextState = confirmation !== undefined && state === 'pending' ? undefined : state;
  const hasPassword = async (accountId: string) =>
    password === undefined || comparePassword(request.context, { accountId, password });
  return putResource(request, {
    async find() {
      const account = await USER.find(request);
      demandLastName(account, lastName);
      return account;
    },
    isAsGiven: async ({ id: accountId }) =>
      (await compareAccount(request.context, { accountId, ...values, state: nextState })) &&
      hasPassword(accountId),
    async create() {
      if (confirmation === 'invite' && state === 'blocked')
        throw validationError({ state: 'must be pending or active with confirmation invite' });
      const { account } = await addAccount(request.context, {
        accountId: id,
        ...values,
        state,
        password,
        isInvited,
        tellDeveloper: notify || confirmation !== undefined,
      });
      return userResponseWithGroups(request, account, 201);
    },
    async update({ id: accountId }, expected) {
      // The same password again would sign the developer out.
      const newPassword = (await hasPassword(accountId)) ? undefined : password;
      const change = { accountId, ...values, state: nextState, password: newPassword, ...expected };
      return userResponseWithGroups(request, await changeAccount(request.context, change));
    },
    respond: (account) => userResponseWithGroups(request, account),
  });
}

async function userResponseWithGroups(
  request: ManagementRequest,
  account: ProgramAccount,
  status?: 200 | 201,
): Promise<ManagementResponse> {
  const { groups } = await listGroups(request.context, { accountId: account.id, order: 'name' });
  const body = viewUser(request.address, account, groups.map(groupProperties));
  return resourceResponse(body, account, status);
}

async function patchUser(request: ManagementRequest): Promise<ManagementResponse> {
  const { identities, registrationDate: _r, groups: _g, ...wanted } = readProperties(request, PROPERTIES);
  const expected = readIfMatch(request, 'required');
  const account = await demandChangeableUser(request);
  if (wanted.firstName === '') throw validationError({ firstName: 'is needed' });
  if (wanted.lastName === '') demandLastName(account, '');
  if (identities) demandIdentity(identities, wanted.email ?? account.email);
  const change = { accountId: account.id, ...wanted, ...expected };
  return USER.respond(request, await changeAccount(request.context, change));
}

async function deleteUser(request: ManagementRequest): Promise<ManagementResponse> {
  const expected = readIfMatch(request, 'required');
  demandAppType(request);
  const account = await findChangeableUser(request);
  if (!account) return { status: 204 };
  const input = {
    accountId: account.id,
    deleteSubscriptions: request.query.flag('deleteSubscriptions') ?? false,
    tellDeveloper: request.query.flag('notify') ?? false,
    ...expected,
  };
  try {
    await deleteAccount(request.context, input);
  } catch (error) {
    if (!isGone(error)) throw error;
  }
  return { status: 204 };
}

/** An account that was deleted at the same moment needs no error. */
function isGone(error: unknown): boolean {
  if (!(error instanceof DomainError)) return false;
  const { code, detail } = error;
  const isDeleted = code === 'account_state_unfitting' && detail.current?.state === 'deleted';
  return code === 'account_not_found' || code === 'account_erased' || isDeleted;
}

async function generateSsoUrl(request: ManagementRequest): Promise<ManagementResponse> {
  const { id: accountId } = await demandChangeableUser(request);
  const { url } = await makeSignInLink(request.context, { accountId });
  return { status: 200, body: { value: url } };
}

/** A developer signs in to the portal, and a program has its own token, so such a token would have no use. */
async function refuseSharedAccessToken(request: ManagementRequest): Promise<ManagementResponse> {
  await demandUser(request);
  throw new ManagementError(
    405,
    'MethodNotAllowed',
    "Shared access tokens aren't supported. Use generateSsoUrl, or a token of the management API.",
    { cause: new DomainError('not_permitted') },
  );
}

async function listGroupsOfUser(request: ManagementRequest): Promise<ManagementResponse> {
  const { id, resourceId, groups: own } = await demandUser(request);
  const which = id === ADMINISTRATOR_ID ? { ids: own.map((group) => group.id) } : { accountId: id };
  return listGroupsIn(request, which, ['users', resourceId]);
}

async function listIdentities(request: ManagementRequest): Promise<ManagementResponse> {
  return listResponse(request, identitiesOf(await demandUser(request)));
}

async function sendConfirmation(request: ManagementRequest): Promise<ManagementResponse> {
  demandAppType(request);
  const { id: accountId } = await demandChangeableUser(request);
  await sendPasswordReset(request.context, { accountId });
  return { status: 204 };
}

/** The user that the path names, in any case; not found when there is none or it is deleted. */
const USER = defineResource({
  find: (request): Promise<ProgramAccount | null> =>
    readAccount(request.context, { resourceId: userId(request) }),
  view: (address, account) => viewUser(address, account),
  missing: 'account_not_found',
});
export const demandUser = USER.demand;

/** The same. Errors: 405 for the built-in administrator. */
export async function findChangeableUser(request: ManagementRequest): Promise<ProgramAccount | null> {
  changeableUserId(request);
  return USER.find(request);
}

/** Errors: `account_not_found`; 405 for the built-in administrator. */
export async function demandChangeableUser(request: ManagementRequest): Promise<ProgramAccount> {
  changeableUserId(request);
  return demandUser(request);
}

function userId({ params }: ManagementRequest): string {
  return params.userId ?? '';
}

/** Errors: 405 for the built-in administrator, which Azure protects too. */
function changeableUserId(request: ManagementRequest): string {
  const id = userId(request);
  if (id !== ADMINISTRATOR_ID) return id;
  throw new ManagementError(
    405,
    'MethodNotAllowed',
    "User 1 is the built-in administrator and can't be changed.",
    { cause: new DomainError('not_permitted') },
  );
}

/**
 * Azure's last names have 1 to 100 characters. In Slack and the portal one name is enough, and a program that read such a
 * user may send it back. Errors: `ValidationError`.
 */
function demandLastName(account: ProgramAccount | null, lastName: string): void {
  if (lastName === '' && account?.lastName !== '') throw validationError({ lastName: 'is needed' });
}

function demandAppType({ query }: ManagementRequest): void {
  const value = query.text('appType');
  if (value !== undefined && !appType.safeParse(value).success)
    throw validationError({ appType: 'must be portal or developerPortal' });
}

function demandIdentity(identities: { id: string }[] | undefined, email: string | undefined): void {
  const isOther = identities?.some(({ id }) => id.toLowerCase() !== email?.toLowerCase());
  if (isOther) throw validationError({ identities: 'must be the provider Basic with the email as its id' });
}
