// What is copied from elsewhere, in plain words: as Azure has it, and as a saved export holds it.
import { z } from 'zod';

/** Longer than anything that can be taken, so that the rule that is broken is named and not this. */
const text = z.string().max(20_000);
const ids = z.array(text).max(10_000);
const moment = z.iso.datetime({ offset: true }).nullable();

const group = z.strictObject({
  kind: z.literal('group'),
  id: text,
  name: text,
  description: text,
  /** `system`, `external` (a directory's) or `custom`. */
  type: text,
});
const api = z.strictObject({
  kind: z.literal('api'),
  id: text,
  name: text,
  /** Where it begins behind the gateway, with its version where that is a segment. */
  path: text,
  /** False for a revision that calls don't reach. */
  isCurrent: z.boolean(),
});
const product = z.strictObject({
  kind: z.literal('product'),
  id: text,
  name: text,
  description: text,
  terms: text,
  isPublished: z.boolean(),
  isSubscriptionRequired: z.boolean(),
  isApprovalRequired: z.boolean(),
  subscriptionsLimit: z.number().nullable(),
  apiIds: ids,
  groupIds: ids,
});
const account = z.strictObject({
  kind: z.literal('account'),
  id: text,
  email: text,
  firstName: text,
  lastName: text,
  note: text,
  state: text,
  registeredAt: moment,
  /** Names of groups: with users, Azure tells no ids of them. */
  groups: ids,
  /** How they sign in there: `Basic`, `Aad`, `Microsoft`. */
  identities: ids,
});
const subscription = z.strictObject({
  kind: z.literal('subscription'),
  id: text,
  /** `…/users/ID`; null: nobody's. */
  owner: text.nullable(),
  /** `…/products/ID`, `…/apis/ID` or `…/apis`. */
  scope: text,
  name: text.nullable(),
  state: text,
  stateComment: text,
  startsAt: moment,
  endsAt: moment,
  /** Secrets. */
  primaryKey: text.nullable(),
  secondaryKey: text.nullable(),
});

/** One that somebody changed there; a default stays the default of here. */
const template = z.strictObject({
  kind: z.literal('template'),
  id: text,
  subject: text,
  body: z.string().max(200_000),
});

export const copiedRecord = z.discriminatedUnion('kind', [
  group,
  api,
  product,
  account,
  subscription,
  template,
]);
export type CopiedRecord = z.output<typeof copiedRecord>;
export type CopiedKind = CopiedRecord['kind'];
export type Copied<Kind extends CopiedKind> = Extract<CopiedRecord, { kind: Kind }>;

/** In this order everything comes after what it refers to. */
export const COPIED_KINDS = ['group', 'api', 'product', 'account', 'subscription', 'template'] as const;

/** Whence they come: pages of one kind each, read anew each time it is asked. */
export type CopySource = { pages(kind: CopiedKind): AsyncIterable<CopiedRecord[]> };
