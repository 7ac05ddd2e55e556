// Generated programmes, changes of them, and calls, with the answers that the rule gives to those calls.
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { AccountState } from '../../src/domain/account-state.ts';
import { findApi, readCallPath } from '../../src/domain/call-path.ts';
import { HELD_KEY_SLOTS, type HeldKeySlot, keyMark } from '../../src/domain/key-life.ts';
import { KEY_NAMES, keyNamesOf } from '../../src/domain/key-names.ts';
import { type CallFacts, mayCall } from '../../src/domain/may-call.ts';
import type { SubscriptionState } from '../../src/domain/subscription-state.ts';
import { readCheckHeaders, readKey } from '../../src/gateway/check/check-request.ts';
import { type CheckResponse, FAULT_RESPONSES, responseTo } from '../../src/gateway/check/check-response.ts';
import { apiKeyHash, newApiKey } from '../../src/security/api-key.ts';

type Rate = { calls: number; seconds: number };
export type Api = { id: string; path: string; keyHeader: string | null; keyQuery: string | null };
export type Product = {
  id: string;
  isPublished: boolean;
  isSubscriptionRequired: boolean;
  rate: Rate | null;
  apiIds: string[];
};
export type Account = { id: string; resourceId: string | null; state: AccountState; groupIds: string[] };
export type Subscription = {
  id: string;
  createdAt: number;
  accountId: string | null;
  productId: string | null;
  apiId: string | null;
  state: SubscriptionState;
  startsAt: number | null;
  endsAt: number | null;
  rate: Rate | 'unlimited' | null;
  quotaEndsAt: number | null;
  keys: HeldKey[];
};
type HeldKey = { key: string; slot: HeldKeySlot; endsAt: number | null };
export type World = {
  apis: Map<string, Api>;
  products: Map<string, Product>;
  accounts: Map<string, Account>;
  subscriptions: Map<string, Subscription>;
  /** Of subscriptions that are gone, or had others before. */
  formerKeys: string[];
};
export type Call = { uri: string; headers: [name: string, value: string][] };

/** Numbers that depend on the seed alone. */
export type Random = ReturnType<typeof createRandom>;
export function createRandom(seed: number) {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (count: number) => Math.floor(next() * count);
  return {
    below,
    chance: (share: number) => next() < share,
    pick: <One>(list: readonly One[]): One => list[below(list.length)] as One,
    some: <One>(list: readonly One[]): One[] => list.filter(() => next() < 0.5),
    bytes: (size: number) => Uint8Array.from({ length: size }, () => below(256)),
  };
}

const HOUR = 3_600_000;
/** More calls than a run has: rates have tests of their own. */
const WIDE: Rate = { calls: 10_000_000, seconds: 300 };
const PATHS = [
  '',
  'orders',
  'orders/v1',
  'Payments',
  'payments/Deep/er',
  'own.api/v2',
  'open',
  'x',
  'X/y/z',
  'a~b/-_',
  'bill',
  'v1',
  'orders/v1/7',
];
const NAMES = [
  { keyHeader: 'X-Api-Key', keyQuery: 'api-key' },
  { keyHeader: 'X-Own.Key', keyQuery: null },
  { keyHeader: null, keyQuery: "k(e)y'*" },
];
const STATES: SubscriptionState[] = ['submitted', 'suspended', 'rejected', 'cancelled', 'expired'];
export const GROUPS = [
  ...Array.from(
    { length: 90 },
    (_, at) => `g${String(at).padStart(2, '0')}${'x'.repeat(at % 9 === 8 ? 100 : 40)}`,
  ),
  'z,é|',
];
/** In any other order than JavaScript's own, another one of the open ones comes first. */
const PRODUCT_IDS = ['ｚ-open', '😀-open', 'B-open', 'starter', 'gold|1', 'prøduct'];

export const newWorld = (): World => ({
  apis: new Map(),
  products: new Map(),
  accounts: new Map(),
  subscriptions: new Map(),
  formerKeys: [],
});

/** Fills an empty world, or replaces and removes some rows of one. Each id may come back as another row. */
export function changeWorld(world: World, random: Random, now: number, share: number): World {
  const changed: World = { ...copyOf(world) };
  const { apis, products, accounts, subscriptions } = changed;
  for (const [at, path] of PATHS.entries()) if (random.chance(share)) putApi(apis, `api ${at}`, path, random);
  for (const id of PRODUCT_IDS)
    if (random.chance(share)) putOrRemove(products, id, newProduct(id, [...apis.keys()], random), random);
  for (const product of products.values()) product.apiIds = product.apiIds.filter((id) => apis.has(id));
  for (let at = 0; at < 14; at++) if (random.chance(share)) putAccount(accounts, `account-${at}`, random);
  for (let at = 0; at < 40; at++)
    if (random.chance(share)) putSubscription(changed, `sub${at % 3 === 0 ? '|é ' : ''}${at}`, random, now);
  // What its scope was is gone.
  for (const { id, productId, apiId } of subscriptions.values())
    if ((productId !== null && !products.has(productId)) || (apiId !== null && !apis.has(apiId)))
      removeSubscription(changed, id);
  return changed;
}

const copyOf = (world: World): World => ({
  apis: new Map(world.apis),
  products: new Map([...world.products].map(([id, product]) => [id, { ...product }])),
  accounts: new Map(world.accounts),
  subscriptions: new Map(world.subscriptions),
  formerKeys: [...world.formerKeys],
});

function putOrRemove<Row>(rows: Map<string, Row>, id: string, row: Row, random: Random): void {
  if (rows.has(id) && random.chance(0.2)) rows.delete(id);
  else rows.set(id, row);
}

function putApi(apis: Map<string, Api>, id: string, usualPath: string, random: Random): void {
  const path = random.chance(0.2) ? random.pick(PATHS) : usualPath;
  const spelt = random.chance(0.3) ? path.toUpperCase() : path;
  const isTaken = [...apis.values()].some(
    (one) => one.id !== id && one.path.toLowerCase() === spelt.toLowerCase(),
  );
  const names = random.chance(0.3) ? random.pick(NAMES) : { keyHeader: null, keyQuery: null };
  if (!isTaken) putOrRemove(apis, id, { id, path: spelt, ...names }, random);
}

function newProduct(id: string, apiIds: string[], random: Random): Product {
  return {
    id,
    isPublished: random.chance(0.8),
    isSubscriptionRequired: !id.endsWith('-open') || random.chance(0.1),
    rate: random.chance(0.3) ? WIDE : null,
    apiIds: id.endsWith('-open') ? random.some(apiIds.slice(0, 3)) : random.some(apiIds),
  };
}

function putAccount(accounts: Map<string, Account>, id: string, random: Random): void {
  const state = random.chance(0.75) ? 'active' : random.pick(['blocked', 'pending', 'deleted'] as const);
  const chosen = random.chance(0.3) ? `${id} who chose, é` : null;
  const resourceId = accounts.get(id)?.resourceId ?? (accounts.has(id) ? null : chosen);
  const groupIds = random.chance(0.3) ? GROUPS : random.some(GROUPS.slice(-4));
  accounts.set(id, { id, resourceId, state, groupIds });
}

function putSubscription(world: World, id: string, random: Random, now: number): void {
  const former = world.subscriptions.get(id);
  if (former && random.chance(0.2)) {
    removeSubscription(world, id);
    return;
  }
  const createdAt = former && random.chance(0.8) ? former.createdAt : now - random.below(1_000_000);
  const keys = former && random.chance(0.6) ? former.keys : newKeys(world, random, now);
  if (former && keys !== former.keys) world.formerKeys.push(...textsOf(former));
  world.subscriptions.set(id, {
    ...{ id, createdAt, keys },
    accountId: random.chance(0.85) ? (random.pick([...world.accounts.keys()]) ?? null) : null,
    ...scopeIn(world, random),
    state: random.chance(0.85) ? 'active' : random.pick(STATES),
    startsAt: random.chance(0.8) ? null : now + random.pick([-HOUR, HOUR, random.below(4_000)]),
    endsAt: random.chance(0.7) ? null : now + random.pick([-HOUR, HOUR, HOUR, HOUR, random.below(4_000)]),
    rate: random.chance(0.7) ? null : random.pick([WIDE, 'unlimited' as const]),
    quotaEndsAt: random.chance(0.9) ? null : now + random.pick([-HOUR, HOUR, 50 * HOUR, random.below(4_000)]),
  });
}

function removeSubscription(world: World, id: string): void {
  world.formerKeys.push(...textsOf(world.subscriptions.get(id)));
  world.subscriptions.delete(id);
}

function scopeIn({ apis, products }: World, random: Random) {
  const kind = random.below(10);
  if (kind < 6) return { productId: random.pick([...products.keys()]) ?? null, apiId: null };
  return { productId: null, apiId: kind < 8 ? (random.pick([...apis.keys()]) ?? null) : null };
}

/** Of ours, of Azure's form, foreign ones with characters that have a meaning in addresses, and one of another's. */
function newKeys({ subscriptions, formerKeys }: World, random: Random, now: number): HeldKey[] {
  const present = new Set([...subscriptions.values()].flatMap(textsOf));
  const free = formerKeys.filter((key) => !present.has(key));
  const other = random.chance(0.2) ? random.pick(free) : undefined;
  const texts = [...(other === undefined ? [] : [other]), ...[1, 2, 3, 4].map(() => newKey(random))];
  const ends = () => now + random.pick([-HOUR, HOUR, HOUR, random.below(4_000)]);
  // The first one is what most calls have.
  const slots = HELD_KEY_SLOTS.filter(
    (slot) => slot === 'primary' || random.chance(slot === 'secondary' ? 0.9 : 0.3),
  );
  return slots.map((slot, at) => ({
    slot,
    key: texts[at] ?? '',
    endsAt: slot.startsWith('former') || random.chance(0.15) ? ends() : null,
  }));
}

const textsOf = (subscription: Subscription | undefined) => subscription?.keys.map(({ key }) => key) ?? [];

function newKey(random: Random): string {
  const kind = random.below(4);
  if (kind === 0) return newApiKey(random.bytes).key;
  if (kind === 1) return Buffer.from(random.bytes(16)).toString('hex');
  const bytes = [...random.bytes(random.pick([20, 40, 256]))];
  return bytes.map((byte) => String.fromCharCode(0x21 + (byte % 94))).join('');
}

const PLAIN_SEGMENTS = [
  'orders',
  'Orders',
  'v1',
  'V1',
  'payments',
  'Payments',
  'deep',
  'er',
  'own.api',
  'v2',
  'open',
  'x',
  'y',
  'z',
  '7',
  "it's",
  'a:b@c',
  '~',
];
const ODD_SEGMENTS = [
  'caf%C3%A9',
  '%76%31',
  '..',
  '.',
  '%2e%2e',
  '%2E',
  '',
  'v1;a',
  '..;',
  '..%2f',
  'a.',
  'a%2fb',
  '%252e%252e',
  '%25252525',
  '%EF%BC%8E%EF%BC%8E',
  '%E2%80%A5',
  '%ff',
  '%',
  '%zz',
  '%00',
  'a\\b',
  '..\\x',
  '%C0%AE',
  'a%5c..%5cb',
  '%20.',
  '.%20',
  'x%0d',
  '%3f',
  '..%3fx',
  '%e3%80%80.',
  '%ed%a0%80',
  '"',
  '%EF%BC%8Fx',
  '..%EF%BC%9B',
  '%C2%85',
  '%c3%bf',
  'é',
  '[x]',
  '^',
  '...',
];

/** Characters that some programs read as a dot, a slash or a space, and a few that none does. */
const ALIKE = Array.from({ length: 0x3100 - 0x80 }, (_, at) => String.fromCharCode(0x80 + at)).filter((one) =>
  /[./\\;?#\s]/.test(one.normalize('NFKC')),
);
function oddSegment(random: Random): string {
  if (random.chance(0.7)) return random.pick(ODD_SEGMENTS);
  const code = random.below(0x800) * random.pick([1, 1, 0x20, 0x200]);
  const any = code >= 0xd800 && code <= 0xdfff ? '' : String.fromCodePoint(code);
  const one = random.chance(0.7) ? random.pick(ALIKE) : any;
  return encodeURIComponent(
    random.pick([one, `.${one}`, `${one}.`, `..${one}x`, `${one}${one}`, `a${one}..`]),
  );
}

/** Half of them go where a subscription may call, with its key where the API reads it. */
export function newCall(world: World, random: Random): Call {
  const subscriptions = [...world.subscriptions.values()];
  const good = subscriptions.filter((one) => one.state === 'active' && coveredApis(world, one).length > 0);
  const subscription = random.pick(random.chance(0.7) ? good : subscriptions);
  const call: Call = { uri: '/', headers: [] };
  const queries: string[] = [];
  const key = () => random.pick(subscriptions)?.keys[0]?.key ?? 'none';
  if (subscription && random.chance(0.65)) {
    const api = random.pick(coveredApis(world, subscription));
    const rest = random.chance(0.15)
      ? deeperPath(world, api, random)
      : random.pick(['', '', '/', '/7', '/7/items/']);
    call.uri = `/${api?.path ?? ''}${rest}`.replace('//', '/');
    send(call, queries, random.pick(subscription.keys)?.key ?? '', namesOf(api), random);
    if (random.chance(0.15)) call.uri = misspelt(call.uri, random);
    if (random.chance(0.05)) send(call, queries, key(), namesOf(api), random);
  } else {
    call.uri = strangePath(world, random);
    const former = random.pick(world.formerKeys) ?? 'former';
    const values = [
      key(),
      key(),
      key(),
      former,
      'unknown-key-unknown-key',
      'short',
      '',
      'k\u00e9y-that-nobody-has-had',
      'x'.repeat(257),
    ];
    for (let at = random.below(3); at > 0; at--)
      send(call, queries, random.pick(values), random.pick([...NAMES.map(keyNamesOf), null]), random);
  }
  if (random.chance(0.1))
    queries.push(random.pick(['x=1', '=x', '&&a', 'subscription-key', 'api-key=', '%', '?', 'a=%zz']));
  if (queries.length > 0) call.uri += `?${random.pick(['', '', '', '?', '&'])}${queries.join('&')}`;
  if (random.chance(0.01)) call.uri += `${call.uri.includes('?') ? '&' : '?'}long=${'x'.repeat(8_200)}`;
  if (random.chance(0.2))
    call.headers.push([
      random.pick([
        'X-Account-Id',
        'X-Groups',
        'X-Subscription-Id',
        'X-Product-Id',
        'X-Groups-Cut',
        'X-Gateway-Stale',
      ]),
      'root',
    ]);
  return call;
}

function coveredApis({ apis, products }: World, { productId, apiId }: Subscription): Api[] {
  const ids =
    productId === null
      ? apiId === null
        ? [...apis.keys()]
        : [apiId]
      : (products.get(productId)?.apiIds ?? []);
  return ids.flatMap((id) => apis.get(id) ?? []);
}
const namesOf = (api: Api | undefined) => (api ? keyNamesOf(api) : null);

function send(
  call: Call,
  queries: string[],
  key: string,
  names: ReturnType<typeof namesOf>,
  random: Random,
): void {
  const { header, query } = names ?? KEY_NAMES;
  if (random.chance(0.6)) {
    const name = random.pick([header, header.toLowerCase(), header.toUpperCase()]);
    call.headers.push([
      name,
      `${random.pick(['', '', '', ' ', '\t '])}${key}${random.pick(['', '', '', ' \t'])}`,
    ]);
  } else {
    const name = random.chance(0.2) ? query.replace('-', '%2D') : query;
    queries.push(`${name}=${encodedIn(key, random)}`);
  }
}

const encodedIn = (key: string, random: Random): string => {
  const usual = encodeURIComponent(key);
  const kind = random.below(3);
  if (kind === 0) return usual;
  if (kind === 1) return new URLSearchParams({ k: key }).toString().slice(2);
  return usual.replace(/[a-f]/g, (one) => `%${one.charCodeAt(0).toString(16)}`);
};

/** What leads from an API to one below it, in any case. */
function deeperPath({ apis }: World, api: Api | undefined, random: Random): string {
  const begin = api?.path ? `${api.path.toLowerCase()}/` : '';
  const below = [...apis.values()].filter(
    ({ path }) => path !== api?.path && path.toLowerCase().startsWith(begin),
  );
  const rest = random.pick(below)?.path.slice(begin.length) ?? '';
  return `/${random.pick([rest, rest.toUpperCase(), rest.toLowerCase()])}`;
}

function misspelt(uri: string, random: Random): string {
  const kind = random.below(4);
  if (kind === 0) return uri.toUpperCase();
  if (kind === 1) return uri.toLowerCase();
  const at = random.below(uri.length) + 1;
  if (kind === 2) return `${uri.slice(0, at)}/${oddSegment(random)}${uri.slice(at)}`;
  return uri.replace(/[a-z]/, (one) => `%${one.charCodeAt(0).toString(16)}`);
}

function strangePath({ apis }: World, random: Random): string {
  const base = random.chance(0.5) ? `/${random.pick([...apis.values()])?.path ?? ''}` : '';
  const segments = Array.from({ length: random.below(5) }, () =>
    random.chance(0.6) ? random.pick(PLAIN_SEGMENTS) : oddSegment(random),
  );
  const path = `${base}${segments.map((segment) => `/${segment}`).join('')}${random.pick(['', '', '/', '//'])}`;
  return path || '/';
}

/** What the rule says to a call: the answer, and what an API learns when the call passes. */
export type Expected = { response: CheckResponse; outcome: string; keyHeader: string };

/** The rule alone, by plain lists. `now` in milliseconds since 1970. */
export function judge(world: World, { uri, headers }: Call, now: number): Expected {
  const fault = (name: keyof typeof FAULT_RESPONSES) => ({
    response: FAULT_RESPONSES[name],
    outcome: name,
    keyHeader: KEY_NAMES.header,
  });
  if (uri.length > 8 * 1_024) return fault('too_much');
  const path = readCallPath(uri);
  if (!path) return fault('address_unreadable');
  const places = new Map([...world.apis.values()].map((api) => [api.path.toLowerCase(), api]));
  const hasBelow = (above: string) =>
    [...places.keys()].some((one) => one !== above && (above === '' || one.startsWith(`${above}/`)));
  const row = findApi(path, { at: (one) => places.get(one), hasBelow });
  if (row === 'ambiguous') return fault('address_ambiguous');
  const keyNames = row && keyNamesOf(row);
  const rawHeaders = headers.flatMap(([name, value]) => [name, value.replace(/^[ \t]+|[ \t]+$/g, '')]);
  const read = readCheckHeaders({ rawHeaders } as unknown as IncomingMessage, { uriHeader: null });
  const key = readKey({ headers: read, original: uri, own: '', apiId: null, path }, keyNames);
  if (typeof key === 'string') return fault(key);
  const facts = factsOf(world, row, key.hash);
  const verdict = mayCall(facts, now);
  const outcome =
    verdict.kind === 'refused'
      ? verdict.because
      : verdict.kind === 'passes' && !verdict.subscription
        ? 'passes open'
        : verdict.kind;
  return {
    response: responseTo(verdict, facts.api, now),
    outcome,
    keyHeader: (keyNames ?? KEY_NAMES).header,
  };
}

function factsOf(
  { products, accounts, subscriptions }: World,
  row: Api | null,
  hash: string | null,
): CallFacts {
  const limits = (product: Product) => ({ rate: product.rate, quota: null });
  const open = [...products.values()]
    .filter(
      (product) =>
        row && product.isPublished && !product.isSubscriptionRequired && product.apiIds.includes(row.id),
    )
    .map(({ id }) => id)
    .sort();
  const api = row && {
    id: row.id,
    path: row.path,
    keyNames: keyNamesOf(row),
    openProductId: open[0] ?? null,
  };
  const found = [...subscriptions.values()].find(({ keys }) => keys.some(({ key }) => hashOf(key) === hash));
  const held = found?.keys.find(({ key }) => hashOf(key) === hash);
  if (!found || !held || hash === null) return { api, subscription: null, key: null, product: null };
  const { rate, keys: _, accountId, ...subscription } = found;
  const account = accountId === null ? undefined : accounts.get(accountId);
  const product = found.productId === null ? undefined : products.get(found.productId);
  return {
    api,
    key: { mark: keyMark(hash), endsAt: held.endsAt },
    subscription: {
      ...subscription,
      ownLimits: { rate, quota: null },
      account: account
        ? {
            ...account,
            resourceId: account.resourceId ?? account.id,
            groupIds: ['developers', ...account.groupIds],
          }
        : null,
    },
    product: product ? { ...product, apiIds: new Set(product.apiIds), limits: limits(product) } : null,
  };
}

/** Of keys as they are stored. */
const hashes = new Map<string, string | null>();
function hashOf(key: string): string | null {
  const hash = hashes.get(key) ?? apiKeyHash(key);
  hashes.set(key, hash);
  return hash;
}

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
