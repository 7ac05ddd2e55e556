// What can be exported: from which list, with which columns, and which of them are personal data.
import { ownQuotaText, ownRateText } from '../../domain/limit-words.ts';
import type { AccountView } from '../accounts/account.ts';
import { listAccounts } from '../accounts/list.ts';
import type { Act, Context } from '../frame/context.ts';
import type { Operation } from '../frame/operation.ts';
import { listInvitations } from '../invitations/list.ts';
import { listSubscriptions } from '../subscriptions/list.ts';
import type { SubscriptionView } from '../subscriptions/subscription.ts';
import { listCallsByDay } from '../usage/list-days.ts';

export const EXPORT_KINDS = ['accounts', 'subscriptions', 'invitations', 'usage'] as const;
export type ExportKindName = (typeof EXPORT_KINDS)[number];

/** A part of the list's input: what narrows it. */
export type Wanted = Record<string, string | boolean>;
export type Cell = string | number | boolean | Date | null | readonly string[];

type Column<Row> = { of: (row: Row) => Cell; isPersonal: boolean };
type ExportKind = {
  columns: string[];
  personal: string[];
  count(act: Act, wanted: Wanted): Promise<number>;
  page(context: Context, wanted: Wanted, after: unknown): Promise<{ rows: Cell[][]; next: unknown }>;
};

const plain = <Row>(of: Column<Row>['of']): Column<Row> => ({ of, isPersonal: false });
const personal = <Row>(of: Column<Row>['of']): Column<Row> => ({ of, isPersonal: true });

/** Rows are read with the rights of the actor of the context, page by page. */
function kindOf<Row>(
  list: Operation<never, unknown>,
  { rows, size, columns }: { rows: string; size: number; columns: Record<string, Column<Row>> },
): ExportKind {
  type Page = { next: unknown; count?: number } & Record<string, unknown>;
  const cells = Object.values(columns);
  return {
    columns: Object.keys(columns),
    personal: Object.entries(columns).flatMap(([name, { isPersonal }]) => (isPersonal ? [name] : [])),
    async count(act, wanted) {
      const page = await list.runInTransaction(act, act.tx, { ...wanted, limit: 1, isCounted: true });
      return (page as Page).count ?? 0;
    },
    async page(context, wanted, after) {
      const where = after === null ? {} : { after };
      const page = (await list(context, { ...wanted, limit: size, ...where } as never)) as Page;
      return { rows: (page[rows] as Row[]).map((row) => cells.map(({ of }) => of(row))), next: page.next };
    },
  };
}

type Invitation = Awaited<ReturnType<typeof listInvitations>>['invitations'][number];
type CallDay = Awaited<ReturnType<typeof listCallsByDay>>['days'][number];

export const EXPORTS: Record<ExportKindName, ExportKind> = {
  accounts: kindOf<AccountView>(listAccounts as never, {
    rows: 'accounts',
    size: 1_000,
    columns: {
      id: plain((one) => one.id),
      id_for_programs: plain((one) => one.resourceId),
      email: personal((one) => one.email),
      first_name: personal((one) => one.firstName),
      last_name: personal((one) => one.lastName),
      state: plain((one) => one.state),
      state_reason: personal((one) => one.stateReason),
      state_since: plain((one) => one.stateChangedAt),
      state_by: personal((one) => one.stateChangedBy),
      blocked_until: plain((one) => one.blockEndsAt),
      note: personal((one) => one.note),
      groups: plain((one) => one.groups.map(({ name }) => name)),
      language: plain((one) => one.language),
      signs_in_with: personal((one) => one.signIns.map(({ label, shownName }) => `${label} (${shownName})`)),
      has_password: plain((one) => one.hasPassword),
      email_confirmed_at: plain((one) => one.emailConfirmedAt),
      registered_at: plain((one) => one.registeredAt),
      last_sign_in_on: personal((one) => one.lastSignInOn),
      last_call_on: personal((one) => one.lastCallOn),
      idle_since: personal((one) => one.idleSince),
    },
  }),
  subscriptions: kindOf<SubscriptionView>(listSubscriptions as never, {
    rows: 'subscriptions',
    size: 1_000,
    columns: {
      id: plain((one) => one.id),
      name: personal((one) => one.name),
      state: plain((one) => one.state),
      state_comment: personal((one) => one.stateComment),
      scope: plain(({ scope }) => (scope.kind === 'all' ? 'all APIs' : scope.kind)),
      scope_id: plain(({ scope }) => (scope.kind === 'all' ? null : scope.id)),
      scope_name: plain(({ scope }) => (scope.kind === 'all' ? null : scope.name)),
      owner_id: plain((one) => one.owner?.id ?? null),
      owner_email: personal((one) => one.owner?.email ?? null),
      owner_first_name: personal((one) => one.owner?.firstName ?? null),
      owner_last_name: personal((one) => one.owner?.lastName ?? null),
      owner_state: plain((one) => one.owner?.state ?? null),
      created_at: plain((one) => one.createdAt),
      starts_at: plain((one) => one.startsAt),
      ends_at: plain((one) => one.endsAt),
      last_used_at: plain((one) => one.lastUsedAt),
      calls: plain((one) => one.calls),
      rate: plain(({ limits }) => ownRateText(limits.rate ?? 'unlimited')),
      quota: plain(({ limits }) => ownQuotaText(limits.quota ?? 'unlimited')),
      quota_used: plain((one) => one.quotaUse?.calls ?? null),
    },
  }),
  invitations: kindOf<Invitation>(listInvitations as never, {
    rows: 'invitations',
    size: 1_000,
    columns: {
      id: plain((one) => one.id),
      email: personal((one) => one.email),
      first_name: personal((one) => one.firstName),
      last_name: personal((one) => one.lastName),
      personal_line: personal((one) => one.personalLine),
      state: plain((one) => one.state),
      mail: plain((one) => one.mailState),
      invited_by: personal((one) => one.invitedByName),
      invited_at: plain((one) => one.createdAt),
      expires_at: plain((one) => one.expiresAt),
      ended_at: plain((one) => one.endedAt),
      account_id: plain((one) => one.accountId),
    },
  }),
  usage: kindOf<CallDay>(listCallsByDay as never, {
    rows: 'days',
    size: 100,
    columns: {
      day: plain((one) => one.day),
      subscription_id: plain((one) => one.subscriptionId),
      subscription: personal((one) => one.name),
      product_id: plain((one) => one.productId),
      owner_id: plain((one) => one.ownerId),
      owner_email: personal((one) => one.ownerEmail),
      api_id: plain((one) => one.apiId),
      passed: plain((one) => one.passed),
      limited: plain((one) => one.limited),
      refused: plain((one) => one.refused),
    },
  }),
};
