// Accounts and subscriptions from elsewhere, beside those of here.
import { parseEmailAddress } from '../../domain/email-address.ts';
import { subscriptionStateAt } from '../../domain/subscription-state.ts';
import { addAccount } from '../accounts/add.ts';
import type { Context } from '../frame/context.ts';
import { grantSubscription } from '../subscriptions/grant.ts';
import { compareCopied } from './compare.ts';
import {
  asNew,
  type CopyMemory,
  compared,
  readAs,
  readBy,
  sameMembers,
  type Verdict,
  verdict,
} from './outcome.ts';
import type { Copied } from './record.ts';

/** Azure's administrator, who comes with each service and has no account here. */
const BUILT_IN_USER = '1';

type There = Awaited<ReturnType<typeof compareCopied>>;

export async function judgeAccounts(
  context: Context,
  memory: CopyMemory,
  page: Copied<'account'>[],
): Promise<Verdict[]> {
  const addresses = page.flatMap(({ email }) => canonicalOf(email) ?? []);
  const accountIds = page.map(({ id }) => id.slice(0, 100));
  const { accounts } = await compareCopied(context, { accountIds, addresses });
  return page.map((account) => judgeAccount(context, memory, accounts, account));
}

export const canonicalOf = (email: string) => readBy(() => parseEmailAddress(email)).value?.canonical ?? null;

function judgeAccount(
  context: Context,
  memory: CopyMemory,
  accounts: There['accounts'],
  account: Copied<'account'>,
): Verdict {
  const { id, email, firstName, lastName, note, state, registeredAt } = account;
  if (id === BUILT_IN_USER) return verdict('skipped', 'the built-in administrator, who has no account here');
  if (state === 'deleted') return verdict('skipped', 'was deleted there');
  const lostGroup = account.groups.find((name) => memory.groupOfName(name) === undefined);
  if (lostGroup !== undefined) return verdict('impossible', `its group ${lostGroup} is not copied`);
  // Developers holds every account by itself; the other built-in ones hold none.
  const groupIds = account.groups.flatMap((name) => memory.groupOfName(name) ?? []).filter(isCustom);
  const given = {
    accountId: id,
    ...{ email, firstName, lastName, note, state, groupIds },
    tellDeveloper: false,
    ...(registeredAt === null ? {} : { registeredAt }),
  };
  const { wanted, fault } = readAs(addAccount.input, given);
  if (!wanted) return fault;
  const { value: address, fault: addressFault } = readBy(() => parseEmailAddress(email));
  if (!address) return addressFault;
  const there = accounts.find((one) => one.id === id);
  if (there?.state === 'deleted') return verdict('conflict', 'an account with this id was deleted here');
  const other = accounts.find((one) => one.canonical === address.canonical && one.id !== id);
  if (!there && other) return verdict('conflict', `its address is that of the account ${other.id} here`);
  if (!there) {
    const isPending = wanted.state === 'pending';
    return asNew(
      () => addAccount(context, wanted),
      isPending
        ? ['pending, as it is there: nobody is mailed; activate it when the person should come in']
        : [],
    );
  }
  return compared({
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

const BUILT_IN_GROUPS = ['administrators', 'developers', 'guests'];
const isCustom = (id: string): boolean => !BUILT_IN_GROUPS.includes(id);

export async function judgeSubscriptions(
  context: Context,
  memory: CopyMemory,
  page: Copied<'subscription'>[],
): Promise<Verdict[]> {
  const keys = page.flatMap(({ primaryKey, secondaryKey }) => [primaryKey ?? '', secondaryKey ?? '']);
  const there = await compareCopied(context, {
    subscriptionIds: page.map(({ id }) => id.slice(0, 300)),
    keys: keys.map((key) => key.slice(0, 400)),
  });
  return page.map((subscription, n) => {
    const [primary = null, secondary = null] = there.keys.slice(2 * n, 2 * n + 2);
    const row = there.subscriptions.find(({ id }) => id === subscription.id);
    return judgeSubscription(context, memory, { row, primary, secondary }, subscription);
  });
}

/** The one of this id, and whose its keys are. */
type Standing = {
  row: There['subscriptions'][number] | undefined;
  primary: There['keys'][number];
  secondary: There['keys'][number];
};

function judgeSubscription(
  context: Context,
  memory: CopyMemory,
  { row: there, primary, secondary }: Standing,
  { kind: _, owner, scope: scopeText, name, startsAt, endsAt: endsThere, ...given }: Copied<'subscription'>,
): Verdict {
  const { id, state, primaryKey, secondaryKey } = given;
  const scope = scopeOf(scopeText);
  if (!scope) return verdict('skipped', 'is for the whole service, with no product, API or all APIs');
  const ownerId = owner === null ? null : /(?:^|\/)users\/([^/]+)\/?$/i.exec(owner)?.[1];
  if (ownerId === undefined) return verdict('impossible', 'its owner is no user');
  const lost = lostOf(memory, ownerId === BUILT_IN_USER ? null : ownerId, scope);
  if (lost) return verdict('impossible', `its ${lost} is not copied`);
  if (primaryKey === null || secondaryKey === null)
    return verdict('impossible', 'its keys could not be read there');
  const now = context.clock();
  // There, dates are for the record; here they hold. Who may call there goes on calling.
  const isOver = endsThere !== null && state === 'active' && new Date(endsThere) <= now;
  const endsAt = isOver ? null : endsThere;
  const { wanted, fault } = readAs(grantSubscription.input, {
    ...given,
    ...scope,
    ...(ownerId === null || ownerId === BUILT_IN_USER ? {} : { accountId: ownerId }),
    ...(name === null ? {} : { name }),
    startsAt,
    endsAt,
    tellDeveloper: false,
  });
  if (!wanted) return fault;
  const taken = [primary, secondary].find((one) => one && one.subscriptionId !== id);
  if (taken)
    return verdict('conflict', `one of its keys is that of the subscription ${taken.subscriptionId} here`);
  if (!there) {
    return asNew(
      () => grantSubscription(context, wanted),
      [
        ...(ownerId === BUILT_IN_USER ? ["was the built-in administrator's; here it is nobody's"] : []),
        ...(isOver ? [`its end, ${endsThere}, is past and never held there: without an end`] : []),
        ...(state === 'active' && endsAt !== null ? [`ends ${endsAt}, which holds here`] : []),
      ],
    );
  }
  const wantedState = subscriptionStateAt({ state: wanted.state, endsAt: wanted.endsAt }, now);
  return compared({
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

type Scope = { productId?: string; apiId?: string };

function scopeOf(scope: string): Scope | null {
  const [, kind, id] = /(?:^|\/)(products|apis)(?:\/([^/]+))?\/?$/i.exec(scope) ?? [];
  if (kind?.toLowerCase() === 'products') return id ? { productId: id } : null;
  if (kind?.toLowerCase() === 'apis') return id ? { apiId: id } : {};
  return null;
}

function lostOf(memory: CopyMemory, ownerId: string | null, { productId, apiId }: Scope): string | null {
  if (ownerId !== null && memory.isLost('account', ownerId)) return `owner ${ownerId}`;
  if (productId !== undefined && memory.isLost('product', productId)) return `product ${productId}`;
  if (apiId !== undefined && memory.isLost('api', apiId)) return `API ${apiId}`;
  return null;
}
