// The APIs and products of the sample programme, and which subscriptions a sample developer has.
import { createHash } from 'node:crypto';
import { createApi } from '../../operations/apis/create.ts';
import { listApis } from '../../operations/apis/list.ts';
import type { Context } from '../../operations/frame/context.ts';
import { createProduct } from '../../operations/products/create.ts';
import { listProducts } from '../../operations/products/list.ts';
import type { SampleState } from './developers.ts';

const APIS = [
  { id: 'orders', name: 'Orders', path: 'orders/v1' },
  { id: 'invoices', name: 'Invoices', path: 'invoices/v2' },
  { id: 'tracking', name: 'Parcel tracking', path: 'tracking' },
  { id: 'weather', name: 'Harbour weather', path: 'weather' },
  { id: 'timetable', name: 'Timetable', path: 'timetable' },
  { id: 'status', name: 'Status', path: 'status' },
] as const;

const TERMS = 'Be kind to the service, and don’t resell what it answers.';
const PUBLISHED = { isPublished: true } as const;
const PRODUCTS = [
  {
    ...PUBLISHED,
    id: 'starter',
    name: 'Starter',
    description: 'Everything to try things out.',
    apiIds: ['weather', 'timetable'],
    subscriptionsLimit: 2,
    rate: '60 per minute',
    quota: '20,000 per month',
  },
  {
    ...PUBLISHED,
    id: 'trade',
    name: 'Trade',
    description: 'Orders and their parcels, for shops in production.',
    rate: '10 per second',
    terms: TERMS,
    isApprovalRequired: true,
    apiIds: ['orders', 'tracking'],
  },
  {
    ...PUBLISHED,
    id: 'books',
    name: 'Books & Ledgers',
    description: 'Invoices for your bookkeeping.',
    terms: TERMS,
    isApprovalRequired: true,
    apiIds: ['invoices'],
  },
  {
    ...PUBLISHED,
    id: 'open',
    name: 'Open data',
    description: 'Passes without a key.',
    isSubscriptionRequired: false,
    apiIds: ['status'],
    groupIds: ['developers', 'guests'],
  },
  { id: 'next-year', name: 'Next year’s plan', description: 'Not published yet.', apiIds: ['orders'] },
];
/** The products that have subscriptions. */
const SUBSCRIBED = ['starter', 'trade', 'books'] as const;

const NAMES = ['Production', 'Staging', 'Night batch', 'Phone app', 'Dashboard', 'Spike'] as const;
const COMMENTS = [
  'ten times the agreed calls',
  'their own wish, until January',
  'contract under review',
] as const;

const STATES = [
  'active',
  'active',
  'active',
  'active',
  'active',
  'suspended',
  'cancelled',
  'expired',
] as const;
/** Few subscriptions make most of the calls. Those to Starter stay within its quota. */
const LEAST_CALLS = 3;
const MOST_TO_LEAST = { starter: 130, trade: 6_000, books: 800 } as const;
const MAX_SUBSCRIPTIONS = 3;
/** Three subscriptions wait for approval, however many developers there are. */
const WAITING = { every: 25, at: 6, max: 3 } as const;

export type SampleSubscription = {
  id: string;
  productId: string;
  name: string;
  state: (typeof STATES)[number] | 'submitted';
  comment: string;
  /** On a working day by now. 0: it was never used. */
  callsADay: number;
  hoursAgo: number;
};

/** The same seed and number always give the same subscriptions. Pending and deleted accounts have none. */
export function sampleSubscriptions(
  seed: string,
  number: number,
  accountState: SampleState,
): SampleSubscription[] {
  if (accountState === 'pending' || accountState === 'deleted' || accountState.startsWith('invit')) return [];
  const dice = createHash('sha256').update(`${seed}/${number}/subscriptions`).digest();
  const roll = (at: number): number => dice[at] ?? 0;
  const count =
    accountState === 'active' ? roll(0) % (MAX_SUBSCRIPTIONS + 1) : 1 + (roll(0) % MAX_SUBSCRIPTIONS);
  const some = Array.from({ length: count }, (_, i): SampleSubscription => {
    const state = STATES[roll(4 + i) % STATES.length] ?? 'active';
    const isUsed = roll(8 + i) % 4 > 0;
    const hasStopped = state !== 'active' || roll(8 + i) % 4 === 1;
    // Each product once, so none reaches its limit.
    const productId = SUBSCRIBED[(roll(1) + i) % SUBSCRIBED.length] ?? 'starter';
    const size = (roll(12 + i) + roll(16 + i) / 256) / 256;
    return {
      id: `sample-${dice.toString('hex', 20, 28)}-${i + 1}`,
      productId,
      name: NAMES[(roll(2) + i) % NAMES.length] ?? 'Production',
      state,
      comment: state === 'suspended' ? (COMMENTS[roll(3) % COMMENTS.length] ?? '') : '',
      callsADay: isUsed ? Math.round(LEAST_CALLS * MOST_TO_LEAST[productId] ** size) : 0,
      hoursAgo: hasStopped ? 24 + roll(12 + i) * 16 : roll(12 + i) / 256,
    };
  });
  return isWaiting(number) ? [...some, waiting(some, dice)] : some;
}

const isWaiting = (number: number): boolean =>
  number % WAITING.every === WAITING.at && number < WAITING.every * WAITING.max;

function waiting(beside: readonly SampleSubscription[], dice: Buffer): SampleSubscription {
  return {
    id: `sample-${dice.toString('hex', 20, 28)}-${beside.length + 1}`,
    productId: 'trade',
    name: 'New shop',
    state: 'submitted',
    comment: '',
    callsADay: 0,
    hoursAgo: 0,
  };
}

export const sampleApisOf = (productId: string): readonly string[] =>
  PRODUCTS.find(({ id }) => id === productId)?.apiIds ?? [];

/** Creates what is missing and keeps everything that has one of these ids. */
export async function sampleCatalog(context: Context): Promise<void> {
  const { apis } = await listApis(context, {});
  const isTaken = (api: { id: string; path: string }) =>
    apis.some(({ id, path }) => id === api.id || path.toLowerCase() === api.path);
  for (const api of APIS) if (!isTaken(api)) await createApi(context, api);
  const present = (await listApis(context, {})).apis.map(({ id }) => id);
  const products = new Set((await listProducts(context, {})).products.map(({ id }) => id));
  for (const { apiIds, ...product } of PRODUCTS) {
    if (products.has(product.id)) continue;
    await createProduct(context, { ...product, apiIds: apiIds.filter((id) => present.includes(id)) });
  }
}
