// Plans the copy of accounts and subscriptions.
import type { Copied } from '../../domain/azure-record.ts';
import { canonicalEmail, parseEmailAddress } from '../../domain/email-address.ts';
import { subscriptionStateAt } from '../../domain/subscription-state.ts';
import { addAccount } from '../accounts/add.ts';
import type { Context } from '../frame/context.ts';
import { BUILT_IN_GROUPS } from '../groups/group.ts';
import { grantSubscription } from '../subscriptions/grant.ts';
import { compareCopied } from './compare.ts';
import {
  applyRule,
  type CopyMemory,
  inputFor,
  type PlannedCopy,
  planned,
  plannedComparison,
  plannedNew,
  sameMembers,
} from './planned-copy.ts';

/** Azure's built-in administrator, who has no account here. */
const BUILT_IN_USER = '1';

type Existing = Awaited<ReturnType<typeof compareCopied>>;

export async function planAccounts(
  context: Context,
  memory: CopyMemory,
  page: Copied<'account'>[],
): Promise<PlannedCopy[]> {
  const addresses = page.flatMap(({ email }) => canonicalEmail(email) ?? []);
  const accountIds = page.map(({ id }) => id.slice(0, 100));
  const { accounts } = await compareCopied(context, { accountIds, addresses });
  return page.map((account) => planAccount(context, memory, accounts, account));
}

function planAccount(
  context: Context,
  memory: CopyMemory,
  accounts: Existing['accounts'],
  account: Copied<'account'>,
): PlannedCopy {
  const { id, email, firstName, lastName, note, state, registeredAt } = account;
  if (id === BUILT_IN_USER) return planned('skipped', 'the built-in administrator, who has no account here');
  if (state === 'deleted') return planned('skipped', 'was deleted there');
  const lostGroup = account.groups.find((name) => memory.groupOfName(name) === undefined);
  if (lostGroup !== undefined) return planned('impossible', `its group ${lostGroup} is not copied`);
  // Every account is in Developers, and none is in the other built-in groups.
  const groupIds = account.groups.flatMap((name) => memory.groupOfName(name) ?? []).filter(isCustom);
  const given = {
    accountId: id,
    ...{ email, firstName, lastName, note, state, groupIds },
    tellDeveloper: false,
    ...(registeredAt === null ? {} : { registeredAt }),
  };
  const { wanted, fault } = inputFor(addAccount.input, given);
  if (!wanted) return fault;
  const { value: address, fault: addressFault } = applyRule(() => parseEmailAddress(email));
  if (!address) return addressFault;
  const there = findById(accounts, id);
  if (there?.state === 'deleted') return planned('conflict', 'an account with this id was deleted here');
  const other = accounts.find((one) => one.canonical === address.canonical && one !== there);
  if (!there && other)
    return planned('conflict', `its address is that of the account ${other.resourceId} here`);
  if (!there) {
    const isPending = wanted.state === 'pending';
    return plannedNew(
      () => addAccount(context, wanted),
      isPending
        ? ['pending, as it is there: no mail is sent; activate it when the person should come in']
        : [],
    );
  }
  return plannedComparison({
    email: there.canonical === address.canonical,
    'first name': there.firstName === wanted.firstName,
    'last name': there.lastName === wanted.lastName,
    note: there.note === wanted.note,
    state: there.state === wanted.state,
    groups: sameMembers(
      there.groups.map((group) => group.id),
      groupIds,
    ),
  });
}

/** By its id for programs, in any case; a deleted one only when no other has it. */
const findById = (accounts: Existing['accounts'], id: string) =>
  accounts.find((one) => one.state !== 'deleted' && one.resourceId.toLowerCase() === id.toLowerCase()) ??
  accounts.find((one) => one.state === 'deleted' && one.id === id);

const isCustom = (id: string): boolean => !BUILT_IN_GROUPS.includes(id);

export async function planSubscriptions(
  context: Context,
  memory: CopyMemory,
  page: Copied<'subscription'>[],
): Promise<PlannedCopy[]> {
  const keys = page.flatMap(({ primaryKey, secondaryKey }) => [primaryKey ?? '', secondaryKey ?? '']);
  const owners = page.map(({ owner }) => ownerIdOf(owner) ?? '').map((id) => id.slice(0, 100));
  const there = await compareCopied(context, {
    accountIds: owners,
    subscriptionIds: page.map(({ id }) => id.slice(0, 300)),
    keys: keys.map((key) => key.slice(0, 400)),
  });
  return page.map((subscription, n) => {
    const [primary = null, secondary = null] = there.keys.slice(2 * n, 2 * n + 2);
    const row = there.subscriptions.find(({ id }) => id === subscription.id);
    const owner = findById(there.accounts, owners[n] ?? '');
    const match = { row, primary, secondary, owner: owner?.state === 'deleted' ? undefined : owner };
    return planSubscription(context, memory, match, subscription);
  });
}

/** The subscription with this id here, and those that have its keys. */
type SubscriptionMatch = {
  row: Existing['subscriptions'][number] | undefined;
  primary: Existing['keys'][number];
  secondary: Existing['keys'][number];
  owner: Existing['accounts'][number] | undefined;
};

/** Null: it has none. Undefined: it is no user. */
const ownerIdOf = (owner: string | null): string | null | undefined =>
  owner === null ? null : /(?:^|\/)users\/([^/]+)\/?$/i.exec(owner)?.[1];

function planSubscription(
  context: Context,
  memory: CopyMemory,
  { row: there, primary, secondary, owner: account }: SubscriptionMatch,
  { kind: _, owner, scope: scopeText, name, startsAt, endsAt: endsThere, ...given }: Copied<'subscription'>,
): PlannedCopy {
  const { id, state, primaryKey, secondaryKey } = given;
  const scope = scopeOf(scopeText);
  if (!scope) return planned('skipped', 'is for the whole service, with no product, API or all APIs');
  const ownerId = ownerIdOf(owner);
  if (ownerId === undefined) return planned('impossible', 'its owner is no user');
  const lost = lostOf(memory, ownerId === BUILT_IN_USER ? null : ownerId, scope);
  if (lost) return planned('impossible', `its ${lost} is not copied`);
  if (primaryKey === null || secondaryKey === null)
    return planned('impossible', 'its keys could not be read there');
  const now = context.clock();
  // Azure only records dates, and this product enforces them. A subscription that works there must work here.
  const isOver = endsThere !== null && state === 'active' && new Date(endsThere) <= now;
  const endsAt = isOver ? null : endsThere;
  const { wanted, fault } = inputFor(grantSubscription.input, {
    ...given,
    ...scope,
    ...(ownerId === null || ownerId === BUILT_IN_USER ? {} : { accountId: account?.id ?? ownerId }),
    ...(name === null ? {} : { name }),
    startsAt,
    endsAt,
    tellDeveloper: false,
  });
  if (!wanted) return fault;
  const taken = [primary, secondary].find((one) => one && one.subscriptionId !== id);
  if (taken)
    return planned('conflict', `one of its keys is that of the subscription ${taken.subscriptionId} here`);
  if (!there) {
    return plannedNew(
      () => grantSubscription(context, wanted),
      [
        ...(ownerId === BUILT_IN_USER ? ["was the built-in administrator's; here it has no owner"] : []),
        ...(isOver ? [`its end, ${endsThere}, is past and never held there: without an end`] : []),
        ...(state === 'active' && endsAt !== null ? [`ends ${endsAt}, which holds here`] : []),
      ],
    );
  }
  const wantedState = subscriptionStateAt({ state: wanted.state, endsAt: wanted.endsAt }, now);
  return plannedComparison({
    owner: (wanted.accountId ?? null) === there.accountId,
    scope: (wanted.productId ?? null) === there.productId && (wanted.apiId ?? null) === there.apiId,
    name: wanted.name === undefined || wanted.name === there.name,
    state: wantedState === there.state,
    start: sameMoment(wanted.startsAt, there.startsAt),
    end: sameMoment(wanted.endsAt, there.endsAt),
    'primary key': primary?.slot === 'primary',
    'secondary key': secondary?.slot === 'secondary',
  });
}

const sameMoment = (one: Date | null, other: Date | null) => one?.getTime() === other?.getTime();

type ScopeIds = { productId?: string; apiId?: string };

function scopeOf(scope: string): ScopeIds | null {
  const [, kind, id] = /(?:^|\/)(products|apis)(?:\/([^/]+))?\/?$/i.exec(scope) ?? [];
  if (kind?.toLowerCase() === 'products') return id ? { productId: id } : null;
  if (kind?.toLowerCase() === 'apis') return id ? { apiId: id } : {};
  return null;
}

function lostOf(memory: CopyMemory, ownerId: string | null, { productId, apiId }: ScopeIds): string | null {
  if (ownerId !== null && memory.isLost('account', ownerId)) return `owner ${ownerId}`;
  if (productId !== undefined && memory.isLost('product', productId)) return `product ${productId}`;
  if (apiId !== undefined && memory.isLost('api', apiId)) return `API ${apiId}`;
  return null;
}
