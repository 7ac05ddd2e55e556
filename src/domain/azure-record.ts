// What a service of Azure API Management holds, as records by Azure's ids: read from there, or from a saved export.
import { z } from 'zod';

/** Longer than any rule allows, so that the refusal names the rule and not this limit. */
const text = z.string().max(20_000);
const ids = z.array(text).max(10_000);
/** As long as Azure's may be. */
const MAX_POLICY_LENGTH = 262_144;
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
  /** Where the API begins behind the gateway, with its version where that is a segment. */
  path: text,
  /** Where its calls carry their key; null: where every API's calls do. */
  keyHeader: text.nullable().default(null),
  keyQuery: text.nullable().default(null),
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
  /** Azure's document; null for none. */
  policy: z.string().max(MAX_POLICY_LENGTH).nullable().default(null),
  apiIds: ids,
  groupIds: ids,
  /** Azure's keys have no end: a person adds it to the line. */
  keysExpireAfterDays: z.number().nullable().optional(),
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
  /** Names of groups: Azure lists users with names, not ids, of their groups. */
  groups: ids,
  /** How they sign in there: `Basic`, `Aad`, `Microsoft`. */
  identities: ids,
});
const subscription = z.strictObject({
  kind: z.literal('subscription'),
  id: text,
  /** `…/users/ID`; null for no owner. */
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

/** A template that was changed there; an unchanged one keeps our default. */
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

/** Who is mailed about an event; it always exists, and only the mirror reads it. */
type NotificationRecord = { kind: 'notification'; id: string; users: string[]; emails: string[] };
export type MirroredRecord = CopiedRecord | NotificationRecord;
export type Mirrored<Kind extends MirroredRecord['kind']> = Extract<MirroredRecord, { kind: Kind }>;

/** In this order each record comes after those that it refers to. */
export const COPIED_KINDS = ['group', 'api', 'product', 'account', 'subscription', 'template'] as const;

/** Reads pages of one kind, from the start each time. */
export type CopySource = { pages(kind: CopiedKind): AsyncIterable<CopiedRecord[]> };
