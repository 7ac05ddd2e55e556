// The words for things that are mirrored, and for what the mirror does with them.
import type { DriftView } from '../../operations/azure/drift-view.ts';
import type { MirrorStatus } from '../../operations/azure/show.ts';
import { escapeText } from './text.ts';

type Kind = DriftView['kind'];
export type MirrorMode = MirrorStatus['mode'];

export const KINDS: Record<Kind, { one: string; many: string }> = {
  account: { one: 'account', many: 'accounts' },
  api: { one: 'API', many: 'APIs' },
  group: { one: 'group', many: 'groups' },
  product: { one: 'product', many: 'products' },
  subscription: { one: 'subscription', many: 'subscriptions' },
  template: { one: 'mail', many: 'texts of mails' },
  notification: { one: 'notification', many: 'notifications' },
};

/** By the name of the field in a record. Those that end in "s" stand for several things. */
const FIELDS: Record<string, string> = {
  email: 'email',
  firstName: 'first name',
  lastName: 'last name',
  note: 'note',
  state: 'state',
  groups: 'groups',
  name: 'name',
  description: 'description',
  terms: 'terms',
  isPublished: 'publication',
  isSubscriptionRequired: 'need of a subscription',
  isApprovalRequired: 'need of approval',
  subscriptionsLimit: 'limit of subscriptions',
  apiIds: 'APIs',
  groupIds: 'groups',
  path: 'path',
  keyHeader: 'key header',
  keyQuery: 'key query parameter',
  owner: 'owner',
  scope: 'scope',
  stateComment: 'comment on the state',
  endsAt: 'end',
  primaryKey: 'primary key',
  secondaryKey: 'secondary key',
  subject: 'subject',
  body: 'text',
  users: 'recipients with an account',
  emails: 'email recipients',
};
const SEVERAL = ['groups', 'terms', 'apiIds', 'groupIds', 'users', 'emails'];

export const fieldWords = (field: string): string => FIELDS[field] ?? field;
export const isSeveral = (field: string): boolean => SEVERAL.includes(field);

/** "Ann Lee", "the product Starter": plain text. An account's email is left out where people without a role read. */
export function thingWords({ kind, label }: Pick<DriftView, 'kind' | 'label'>, isExposed = false): string {
  if (kind !== 'account') return `the ${KINDS[kind].one} ${label}`;
  const name = label.replace(/\s*<[^<>]*>$/, '');
  return isExposed && name.includes('@') ? 'a developer' : name;
}

/** What each mode does with changes that are made here. */
export const MODES: Record<MirrorMode, string> = {
  watch: 'Changes in Azure come here, and differences are shown. Nothing is written to Azure.',
  add: 'Changes here are written to Azure too: things are created and updated there, and never deleted.',
  full: 'Changes here are written to Azure too, deletions as well.',
};

/** Why a change of ours isn't in Azure yet, by code. */
const CODES: Record<string, string> = {
  unreachable: "Azure doesn't answer",
  throttled: 'Azure asks us to slow down',
  changed: 'someone is changing it in Azure',
  missing: "it needs something that Azure doesn't have yet",
  refused: "Azure doesn't accept it",
  forbidden: "Azure doesn't let this app do it",
  credential: "this app's credential for Azure doesn't work",
  failed: 'Azure failed',
  early: 'Azure may still show what was there before',
  difference: 'a difference waits for a decision',
  pending: 'the account goes to Azure once it is active',
  deletes: 'in this mode nothing is deleted in Azure',
};

/** With Azure's own words, where there are any. Empty when nothing is known. */
export function troubleWords(code: string | null, words: string | null = null): string {
  const ours = code === null ? '' : (CODES[code] ?? '');
  return [ours, words ? `“${escapeText(words)}”` : ''].filter(Boolean).join(': ');
}

export const counted = (count: number, one: string, many = `${one}s`): string =>
  count === 1 ? `1 ${one}` : `${count.toLocaleString('en')} ${many}`;
