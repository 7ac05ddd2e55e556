// What the product can have stored, with hostile texts of every length that it takes: what messages and modals are drawn of.
import fc from 'fast-check';
import {
  ANNOUNCEMENT_FATES,
  ANNOUNCEMENT_KINDS,
  ANNOUNCEMENT_STATES,
  LEFT_OUT_REASONS,
} from '../../src/domain/announcement.ts';
import { MIRRORED_KINDS } from '../../src/domain/azure-mirror.ts';
import { DOMAIN_ERROR_CODES, DomainError } from '../../src/domain/domain-error.ts';
import { ALL_EVENT_TYPES } from '../../src/domain/event-types.ts';
import { REVIEW_ENDS, REVIEW_SCOPES } from '../../src/domain/review.ts';
import { ADMISSIONS } from '../../src/domain/rule.ts';
import type { AccountView } from '../../src/operations/accounts/account.ts';
import type { AnnouncementView } from '../../src/operations/announcements/show.ts';
import { APPROVABLE_NAMES } from '../../src/operations/approvals/approvable.ts';
import type { ApprovalView } from '../../src/operations/approvals/approval-view.ts';
import type { AuditEntryView } from '../../src/operations/audit/entry.ts';
import type { DriftView } from '../../src/operations/azure/drift-view.ts';
import type { ListedOrder } from '../../src/operations/azure/list-orders.ts';
import type { MirrorView } from '../../src/operations/azure/order-view.ts';
import type { BatchReport as RowsReport } from '../../src/operations/batches/run-slice.ts';
import type { BatchReport } from '../../src/operations/cards/plan-invitations.ts';
import * as catalog from '../../src/operations/catalog/input.ts';
import type { ApiView, ProductView } from '../../src/operations/catalog/view.ts';
import * as input from '../../src/operations/frame/input.ts';
import { groupDescription, groupName } from '../../src/operations/groups/group.ts';
import type { PlannedRow } from '../../src/operations/imports/rows.ts';
import type { LeakedKeyView } from '../../src/operations/leaked-keys/leaked-key.ts';
import type { ReviewView } from '../../src/operations/reviews/review.ts';
import type { ReviewRowView } from '../../src/operations/reviews/rows.ts';
import type { RuleView } from '../../src/operations/rules/rule.ts';
import type { SubscriptionView } from '../../src/operations/subscriptions/subscription.ts';
import type { showTemplate } from '../../src/operations/templates/show.ts';
import { webhookName } from '../../src/operations/webhooks/webhook.ts';
import type { deliveryRow, Webhook } from '../../src/slack/present/webhook.ts';
import { foreignText, storedEmail, storedText } from './hostile-texts.ts';

export const MENTIONED = 'U0REQUESTER';

const name = storedText(input.personName, 100);
/** Slack's names, and those of tokens and consoles. */
const actor = foreignText(200).filter((text) => text.trim() !== '');
const reason = storedText(input.reason, 500);
const comment = storedText(catalog.stateComment, 500);
const catalogName = storedText(catalog.catalogName, 100);
const moment = fc.date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });
const maybe = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: null });
const version = fc.integer({ min: 1, max: 2_147_483_647 });
const idUpTo = (max: number) =>
  fc.oneof(fc.uuid(), fc.constantFrom('a', '§'.repeat(max), '"'.repeat(max), '𝔘'.repeat(max / 2)));
const accountId = fc.oneof(fc.uuid(), fc.constantFrom('a', 'x'.repeat(80)));
const role = fc.constantFrom('admin', 'approver', null);
export const roles = role;

const groupRef = fc.record({ id: idUpTo(256), name: storedText(groupName, 300) });
const uniqueGroups = fc.uniqueArray(groupRef, { maxLength: 50, selector: ({ id }) => id });
/** As many as an account may be in: more than `uniqueArray` usually makes. */
const groups = fc.oneof(
  uniqueGroups,
  groupRef.map((one) => Array.from({ length: 50 }, (_, at) => ({ ...one, id: `g${at}` }))),
);

const productRef = fc.record({ id: idUpTo(256), name: catalogName });
const names = fc.array(foreignText(250), { maxLength: 100 });
export const rule = fc.record({
  id: fc.uuid(),
  domain: fc.constantFrom('*', 'disposable', 'acme.com', '*.xn--mller-kva.de', `*.${'a.'.repeat(120)}com`),
  admission: fc.constantFrom(...ADMISSIONS),
  approvesProducts: fc.boolean(),
  version,
  groups: fc.uniqueArray(groupRef, { maxLength: 20, selector: ({ id }) => id }),
  products: fc.uniqueArray(productRef, { maxLength: 5, selector: ({ id }) => id }),
}) satisfies fc.Arbitrary<RuleView>;
export const triedRule = fc.record({
  tried: fc.nat(100),
  signedUp: fc.record({ open: names, approval: names, refused: names }),
  invited: names,
  changed: fc.nat(100),
});

export const account = fc
  .record({
    id: accountId,
    resourceId: accountId,
    email: storedEmail,
    names: fc.tuple(name, name),
    note: storedText(input.note, 1_000),
    state: fc.constantFrom('active', 'blocked', 'pending', 'deleted'),
    stateReason: reason,
    stateChangedAt: moment,
    stateChangedBy: actor,
    blockEndsAt: maybe(moment),
    stateBeforeBlock: fc.constantFrom('active', 'pending', null),
    emailConfirmedAt: maybe(moment),
    signedUpAt: maybe(moment),
    signUpApprovedAt: maybe(moment),
    version,
    registeredAt: moment,
    updatedAt: moment,
    deletedAt: maybe(moment),
    erasedAt: fc.option(moment, { nil: null, freq: 9 }),
    groups,
    restorableUntil: maybe(moment),
    hasPassword: fc.boolean(),
    // A label is a setting; the provider says the name.
    signIns: fc.array(
      fc.record({
        label: fc.constantFrom('Microsoft', 'L'.repeat(40)),
        kind: fc.constant('Aad'),
        subject: fc.constant('1'),
        shownName: foreignText(254),
      }),
      { maxLength: 10 },
    ),
    language: fc.constantFrom(null, 'de'),
  })
  .map(({ names: [firstName, lastName], ...rest }) => {
    const erased = rest.erasedAt ? { email: '', note: '' } : {};
    const shown = rest.erasedAt ? { firstName: '', lastName: '' } : { firstName, lastName };
    return { ...rest, ...shown, ...erased } as unknown as AccountView;
  });

const heldKey = { madeAt: moment, endsAt: maybe(moment), lastUsedAt: maybe(moment), isLeaked: fc.boolean() };
const keys = fc.tuple(
  ...(['primary', 'secondary'] as const).map((slot) =>
    fc.record({
      slot: fc.constant(slot),
      ...heldKey,
      former: maybe(fc.record({ slot: fc.constant(`former-${slot}`), ...heldKey })),
    }),
  ),
);

const writtenAnnouncement = {
  audience: fc.constantFrom('everyone', 'product', 'api', 'group'),
  audienceId: idUpTo(256),
  audienceName: storedText(groupName, 300),
  kind: fc.constantFrom(...ANNOUNCEMENT_KINDS),
  subject: foreignText(1_000).filter((text) => text.trim() !== ''),
  body: foreignText(3_000).filter((text) => text.trim() !== ''),
};

const usage = { lastUsedAt: maybe(moment), calls: fc.nat() };

const rate = maybe(
  fc.record({ calls: fc.integer({ min: 1, max: 1_000_000_000 }), seconds: fc.integer({ min: 1, max: 300 }) }),
);
const quota = maybe(
  fc.record({
    calls: fc.integer({ min: 1, max: 1_000_000_000 }),
    period: fc.constantFrom('day', 'week', 'month'),
  }),
);
const limits = fc.record({ rate, quota });

export const subscription = fc.record({
  rate: fc.oneof(rate, fc.constant('unlimited')),
  quota: fc.oneof(quota, fc.constant('unlimited')),
  limits,
  productLimits: limits,
  quotaUse: maybe(fc.record({ calls: fc.nat(), endsAt: moment })),
  id: idUpTo(256),
  name: catalogName,
  state: fc.constantFrom('submitted', 'active', 'suspended', 'rejected', 'cancelled', 'expired'),
  stateComment: comment,
  stateChangedBy: actor,
  stateChangedAt: moment,
  createdAt: moment,
  startsAt: maybe(moment),
  endsAt: maybe(moment),
  version,
  owner: maybe(
    fc.record({
      id: accountId,
      email: storedEmail,
      firstName: name,
      lastName: name,
      state: fc.constantFrom('active', 'blocked', 'pending'),
    }),
  ),
  scope: fc.oneof(
    fc.record({ kind: fc.constant('product'), id: idUpTo(256), name: catalogName }),
    fc.record({ kind: fc.constant('api'), id: idUpTo(80), name: catalogName }),
    fc.constant({ kind: 'all' }),
  ),
  keys,
  ...usage,
}) as unknown as fc.Arbitrary<SubscriptionView>;

export const details = fc.record({
  subscriptions: fc
    .array(fc.record({ id: idUpTo(256), name: catalogName, state: fc.constant('active'), ...usage }), {
      maxLength: 5,
    })
    .map((newest) => ({ newest, all: newest.length + 3 })),
  mails: fc.array(
    fc.record({
      title: fc.constant('An invitation'),
      state: fc.constantFrom('queued', 'delivered'),
      createdAt: moment,
      isCalledOffTooLate: fc.boolean(),
    }),
    { maxLength: 5 },
  ),
  waitsForAddress: maybe(storedEmail),
  isExposed: fc.boolean(),
});

export const approval = fc.record({
  id: fc.uuid(),
  operation: fc.constantFrom(...APPROVABLE_NAMES),
  origin: fc.constantFrom('operator', 'request'),
  accountId,
  requestedByKind: fc.constantFrom('slack', 'token'),
  requestedBy: fc.constant(`T0/${MENTIONED}`),
  requestedByName: actor,
  why: reason,
  state: fc.constantFrom('open', 'approved', 'declined', 'expired', 'outdated', 'withdrawn'),
  code: fc.constantFrom(null, 'account_changed', 'group_not_found'),
  decidedByName: fc.oneof(actor, fc.constant('')),
  decisionReason: reason,
  version,
  createdAt: moment,
  expiresAt: moment,
  endedAt: maybe(moment),
  account: maybe(account),
  batch: maybe(
    fc.record({ kind: fc.constant('import'), action: fc.constant(''), toDo: fc.nat(), total: fc.nat() }),
  ),
  announcement: maybe(fc.record(writtenAnnouncement)),
  input: maybe(
    fc.record({
      recipients: fc.nat(),
      firstName: name,
      lastName: name,
      email: storedEmail,
      end: fc.constantFrom('', '7 days', '2026-12-24T18:00:00.000Z'),
      deleteSubscriptions: fc.boolean(),
    }),
  ),
  subscriptions: fc.record({ all: fc.nat(), live: fc.nat(), used: fc.nat(), isExact: fc.boolean() }),
}) as unknown as fc.Arbitrary<ApprovalView>;

export const batch = fc.record({
  total: fc.integer({ min: 1, max: 10_000 }),
  counts: fc.record({ accepted: fc.nat(9_999), expired: fc.nat(9_999), open: fc.nat(9_999) }),
  latest: fc.uniqueArray(
    fc.record({
      id: fc.uuid(),
      version,
      email: fc.oneof(storedEmail, fc.constant('')),
      state: fc.constantFrom('accepted', 'expired', 'revoked'),
      endedAt: maybe(moment),
      account: maybe(
        fc.record({ id: accountId, name: fc.tuple(name, name).map((both) => both.join(' ').trim()) }),
      ),
    }),
    { minLength: 1, maxLength: 10, selector: ({ id }) => id },
  ),
  version,
  role,
}) as unknown as fc.Arbitrary<BatchReport>;

const values = maybe(
  fc.record(
    {
      state: fc.constantFrom('active', 'blocked'),
      email: storedEmail,
      firstName: name,
      note: storedText(input.note, 1_000),
      description: storedText(groupDescription, 1_000),
      groups: fc.array(storedText(groupName, 300), { maxLength: 50 }),
      subject: foreignText(1_000),
      name: catalogName,
      expiresAt: moment.map((at) => at.toISOString()),
      operation: fc.constantFrom(...APPROVABLE_NAMES),
    },
    { requiredKeys: [] },
  ),
);

export const auditEntry = fc.record({
  id: fc.uuid(),
  at: moment,
  operation: fc.constantFrom(
    'accounts/block',
    'accounts/edit',
    'groups/rename',
    'approvals/decide',
    'none/such',
  ),
  outcome: fc.constantFrom('done', 'refused', 'asked'),
  code: fc.constantFrom(null, 'not_permitted', 'invalid_input'),
  actorKind: fc.constantFrom('slack', 'token', 'system'),
  actorId: fc.constant('T0/U0ADA'),
  actorName: actor,
  targetKind: fc.constantFrom('account', 'subscription', 'template', 'group', 'approval', null),
  // Of a refused attempt it is what was typed.
  targetId: fc.oneof(fc.uuid(), fc.constantFrom('x'.repeat(80), null)),
  approvalId: fc.constant(null),
  reason: maybe(reason),
  before: values,
  after: values,
  about: maybe(
    fc.tuple(name, name, storedEmail).map(([first, last, email]) => `${first} ${last} (${email})`),
  ),
  approval: maybe(
    fc.record({
      requestedByName: actor,
      decidedByName: actor,
      decisionReason: reason,
      state: fc.constant('approved'),
    }),
  ),
}) as unknown as fc.Arbitrary<AuditEntryView>;

const line = fc.integer({ min: 1, max: 100_000 });
export const plannedRows = fc.array(
  fc.oneof(
    fc.record({ line, email: foreignText(320), status: fc.constant('faulty'), fault: foreignText(500) }),
    fc.record({ line, email: storedEmail, status: fc.constantFrom('existing', 'blocked', 'invited') }),
    fc.record({
      line,
      email: storedEmail,
      status: fc.constant('new'),
      wanted: fc.record({ mode: fc.constantFrom('invite', 'add') }),
    }),
  ),
  { maxLength: 120 },
) as unknown as fc.Arbitrary<PlannedRow[]>;

const outcome = fc.oneof(
  fc.constantFrom('added', 'invited', 'not done', 'refused: email_taken'),
  foreignText(500).map((fault) => `faulty: ${fault}`),
);
export const rowsReport = fc.record({
  kind: fc.constant('import'),
  about: fc.record({ name: foreignText(255).filter((text) => text.trim() !== '') }),
  total: fc.nat(),
  position: fc.nat(),
  state: fc.constantFrom('applying', 'done', 'stopped'),
  results: fc.array(fc.record({ line, email: foreignText(320), outcome }), { maxLength: 120 }),
  stoppedBy: fc.oneof(fc.constantFrom('late', 'not_permitted', null), fc.record({ by: foreignText(120) })),
}) as unknown as fc.Arbitrary<RowsReport>;

export const api = fc.record({
  id: idUpTo(80),
  name: catalogName,
  path: fc.constantFrom('', 'orders', 'x/'.repeat(200)),
  version,
  createdAt: moment,
  updatedAt: moment,
}) as unknown as fc.Arbitrary<ApiView>;

const distinct = <T extends { id: string }>(one: fc.Arbitrary<T>, maxLength: number) =>
  fc.uniqueArray(one, { maxLength, selector: ({ id }) => id });

export const product = fc.record({
  id: idUpTo(256),
  name: catalogName,
  description: storedText(catalog.productDescription, 1_000),
  terms: storedText(catalog.productTerms, 3_000),
  isPublished: fc.boolean(),
  isSubscriptionRequired: fc.boolean(),
  isApprovalRequired: fc.boolean(),
  subscriptionsLimit: fc.constantFrom(null, 1, 1_000),
  version,
  createdAt: moment,
  updatedAt: moment,
  apis: distinct(api, 100),
  groups,
}) as unknown as fc.Arbitrary<ProductView>;

export const group = fc.record({
  id: idUpTo(256),
  name: storedText(groupName, 300),
  description: storedText(groupDescription, 1_000),
  isBuiltIn: fc.boolean(),
  accounts: fc.nat(),
  version,
});

export const refusal = fc
  .record({
    code: fc.constantFrom(...DOMAIN_ERROR_CODES),
    detail: fc.record(
      {
        id: idUpTo(256),
        email: storedEmail,
        fields: fc.dictionary(fc.constantFrom('email', 'rows.0.name'), foreignText(2_000)),
        near: fc.array(
          fc.record({
            id: accountId,
            label: fc.tuple(name, storedEmail).map(([who, email]) => `${who} <${email}>`),
          }),
          { maxLength: 3 },
        ),
        current: fc.record({
          state: fc.constantFrom('blocked', 'deleted', 'expired', 'open'),
          version,
          by: actor,
          at: moment,
        }),
        until: moment,
        count: fc.nat(),
      },
      { requiredKeys: [] },
    ),
  })
  .map(({ code, detail }) => new DomainError(code, detail));

export const drift = fc
  .record({
    id: fc.uuid(),
    version,
    kind: fc.constantFrom(...MIRRORED_KINDS),
    field: fc.constantFrom('exists', 'email', 'groups', 'body', 'primaryKey', 'a field that is new'),
    azureId: idUpTo(256),
    label: foreignText(300),
    mode: fc.constantFrom('watch', 'add', 'full'),
    reason: fc.constantFrom('fight', 'gone-there', 'only-there', 'deleted-here', 'only-here', 'changed-here'),
    isAsked: fc.boolean(),
    isFight: fc.boolean(),
    isHere: fc.boolean(),
    isThere: fc.boolean(),
    values: maybe(fc.record({ ours: maybe(foreignText(3_000)), theirs: maybe(foreignText(3_000)) })),
    refusal: maybe(foreignText(300)),
    ourRow: maybe(fc.record({ id: idUpTo(256), version })),
    changedBy: maybe(actor),
    changedAt: maybe(moment),
    state: fc.constantFrom('open', 'taken', 'kept', 'left', 'gone'),
    settledByName: actor,
    endedAt: maybe(moment),
  })
  .map((one) => one as unknown as DriftView);

export const leakedKey = fc
  .record({
    id: fc.uuid(),
    version,
    slot: maybe(fc.constantFrom('primary', 'secondary', 'former-primary')),
    places: fc.array(fc.record({ url: foreignText(2_000), source: foreignText(100) }), { maxLength: 10 }),
    placeCount: fc.nat(20),
    state: fc.constantFrom('open', 'ended', 'left', 'lapsed'),
    settledBy: actor,
    reportedAt: moment,
    settledAt: maybe(moment),
    subscription: maybe(subscription),
    token: maybe(fc.record({ name: foreignText(60), ownerUserId: fc.constant(MENTIONED) })),
  })
  .map((one) => one as unknown as LeakedKeyView);

const webhookType = fc.constantFrom(...ALL_EVENT_TYPES);
export const webhook = fc.record({
  id: fc.uuid(),
  version,
  name: storedText(webhookName, 200),
  url: fc.constantFrom(
    'https://crm.example.com/',
    `https://crm.example.com/${'x'.repeat(900)}?secret=1`,
    'https://crm.example.com/%3C!channel%3E/*bold*_`',
  ),
  types: fc.uniqueArray(webhookType, { maxLength: ALL_EVENT_TYPES.length }),
  includesPersonal: fc.boolean(),
  state: fc.constantFrom('active', 'paused'),
  pausedBecause: fc.constantFrom(null, 'operator', 'gone', 'failing'),
  failingSince: maybe(moment),
  formerSecretUntil: maybe(moment),
  createdAt: moment,
  createdBy: actor,
  waiting: fc.constantFrom(0, 1, 1_000),
  last: maybe(
    fc.record({
      state: fc.constantFrom('delivered', 'failed'),
      settledAt: moment,
      lastCode: maybe(fc.constant('timeout')),
    }),
  ),
}) as unknown as fc.Arbitrary<Webhook>;
export const delivery = fc.record({
  id: fc.uuid(),
  type: webhookType,
  number: maybe(version),
  state: fc.constantFrom('waiting', 'delivered', 'failed'),
  attempts: fc.nat(10),
  queuedAt: moment,
  nextAttemptAt: moment,
  settledAt: maybe(moment),
  lastCode: maybe(fc.constantFrom('timeout', 'a code that is new')),
  lastStatus: maybe(fc.constantFrom(200, 500)),
}) as unknown as fc.Arbitrary<Parameters<typeof deliveryRow>[0] & { id: string }>;
export const review = fc
  .record({
    id: fc.uuid(),
    scope: fc.constantFrom(...REVIEW_SCOPES),
    scopeName: storedText(groupName, 300),
    note: reason,
    atEnd: fc.constantFrom(...REVIEW_ENDS),
    total: fc.nat(5_000),
    state: fc.constantFrom('open', 'ended', 'stopped'),
    startedByName: actor,
    adminsSince: maybe(moment),
    escalatedAt: maybe(moment),
    endedBy: actor,
    stopReason: reason,
    version,
    createdAt: moment,
    endsAt: moment,
    endedAt: maybe(moment),
    people: fc.array(fc.record({ person: fc.constant('T0/U0'), name: actor, lostAt: maybe(moment) }), {
      maxLength: 20,
    }),
    progress: fc.record({
      kept: fc.nat(9),
      blocked: fc.nat(9),
      requested: fc.nat(9),
      gone: fc.nat(9),
      waiting: fc.nat(9),
    }),
  })
  .map((one) => one as unknown as ReviewView);

const day = maybe(fc.constant('2026-11-30'));
export const reviewedRow = fc
  .record({
    id: fc.uuid(),
    version,
    place: fc.nat(5_000),
    accountId,
    evidence: maybe(
      fc.record({
        email: storedEmail,
        name: fc.tuple(name, name).map((names) => names.join(' ').trim()),
        state: fc.constantFrom('active', 'blocked', 'deleted'),
        lastSignInOn: day,
        lastCallOn: day,
        calls30: fc.nat(),
        calls90: fc.nat(),
        letIn: fc.record({
          how: fc.constantFrom('invited', 'added', 'signed up'),
          by: actor,
          approvedBy: actor,
          at: fc.constant('2026-11-30T10:00:00Z'),
        }),
        groups: fc.array(storedText(groupName, 300), { maxLength: 20 }),
        subscriptions: fc.array(
          fc.record({ name: catalogName, state: fc.constantFrom('active', 'suspended') }),
          {
            maxLength: 20,
          },
        ),
      }),
    ),
    evidenceAt: moment,
    answer: maybe(fc.constantFrom('keep', 'block')),
    answeredByName: actor,
    answeredAt: maybe(moment),
    reason,
    approvalId: maybe(fc.uuid()),
    approval: maybe(
      fc.record({
        state: fc.constantFrom('open', 'declined'),
        decidedByName: actor,
        decidedAt: maybe(moment),
      }),
    ),
    isWaiting: fc.boolean(),
  })
  .map((one) => one as unknown as ReviewRowView);

const order = fc.record({
  number: version,
  state: fc.constantFrom('waiting', 'done', 'refused', 'kept'),
  code: maybe(fc.constantFrom('unreachable', 'refused', 'missing', 'a code that is new')),
  words: maybe(foreignText(300)),
  changedAt: moment,
  settledAt: maybe(moment),
});
export const listedOrder = fc
  .record({ order, id: fc.uuid(), kind: fc.constantFrom(...MIRRORED_KINDS), label: foreignText(300) })
  .map(({ order: facts, ...rest }) => ({ ...facts, ...rest }) as unknown as ListedOrder & { id: string });
export const mirror = fc
  .record({
    mode: fc.constantFrom('watch', 'add', 'full'),
    trouble: maybe(fc.constant('throttled')),
    order: maybe(order),
  })
  .map((one) => one as unknown as MirrorView);

/** Of Markdown at most 3,000 characters; XHTML of a program is never shown. */
export const template = fc.record({
  name: fc.constant('accountClosedDeveloper'),
  title: fc.constant('An invitation'),
  description: foreignText(500),
  variables: fc.array(
    fc.record({ name: fc.constant('DevFirstName'), title: foreignText(200), sample: foreignText(254) }),
    { maxLength: 30 },
  ),
  subject: foreignText(1_000).filter((text) => text.trim() !== ''),
  body: foreignText(3_000).filter((text) => text.trim() !== ''),
  syntax: fc.constantFrom('markdown', 'xhtml'),
  isDefault: fc.boolean(),
  version,
  changedBy: maybe(actor),
  changedAt: maybe(moment),
}) as unknown as fc.Arbitrary<Awaited<ReturnType<typeof showTemplate>>>;

const counts = <Name extends string>(names: readonly Name[]) =>
  fc.subarray([...names]).map((some) => Object.fromEntries(some.map((name) => [name, 50_000])));
const sampled = fc.record({ id: accountId, email: storedEmail, firstName: name, lastName: name });

/** A draft, or one that was sent. */
export const announcement = fc.record({
  announcement: fc.record({
    ...writtenAnnouncement,
    id: fc.uuid(),
    version,
    state: fc.constantFrom(...ANNOUNCEMENT_STATES),
    sentAt: maybe(moment),
    sentByName: actor,
    stoppedByName: fc.oneof(actor, fc.constant('')),
  }),
  mail: fc.record({ subject: foreignText(150), text: foreignText(8_000) }),
  recipients: fc.constantFrom(0, 1, 50_000),
  leftOut: counts(LEFT_OUT_REASONS),
  sample: fc.array(sampled, { maxLength: 5 }),
  fates: counts(ANNOUNCEMENT_FATES),
}) as unknown as fc.Arbitrary<AnnouncementView>;

export const listedAnnouncement = announcement.map(({ announcement: one, fates }) => ({ ...one, fates }));

export const announcementRecipient = fc.record({
  id: accountId,
  email: storedEmail,
  firstName: name,
  lastName: name,
  fate: fc.constantFrom(...ANNOUNCEMENT_FATES),
});
