// The fields of each kind of thing that are compared with Azure: their fingerprints, and how people read them.
import { createHash } from 'node:crypto';
import type { MirroredRecord } from '../../domain/azure-record.ts';
import { canonicalEmail } from '../../domain/email-address.ts';
import { cleanName } from '../../domain/person-name.ts';
import { ADMINISTRATORS_GROUP, BUILT_IN_GROUPS } from '../groups/group.ts';

/** Azure's built-in administrator, who has no account here. */
export const BUILT_IN_USER = '1';
/** Azure's subscription of the whole service. */
const BUILT_IN_SUBSCRIPTION = 'master';
const FINGERPRINT_LENGTH = 22;

type Value = string | number | boolean | null | readonly string[];

/** What a value is compared as: what our rules and Azure's write differently is written in one way. */
export function comparedFields(record: MirroredRecord): Record<string, Value> {
  switch (record.kind) {
    case 'group':
      return { name: record.name.trim(), description: record.description.trim() };
    case 'api':
      return {
        name: record.name.trim(),
        path: record.path.replace(/^\/+|\/+$/g, '').toLowerCase(),
        keyHeader: record.keyHeader,
        keyQuery: record.keyQuery,
      };
    case 'product':
      return {
        name: record.name.trim(),
        description: record.description.trim(),
        terms: record.terms.trim(),
        isPublished: record.isPublished,
        isSubscriptionRequired: record.isSubscriptionRequired,
        isApprovalRequired: record.isApprovalRequired,
        subscriptionsLimit: record.subscriptionsLimit,
        apiIds: members(record.apiIds),
        groupIds: members(record.groupIds).filter((id) => id !== ADMINISTRATORS_GROUP),
      };
    case 'account':
      return {
        email: canonicalEmail(record.email) ?? record.email,
        firstName: cleanName(record.firstName),
        lastName: cleanName(record.lastName),
        note: record.note.trim(),
        state: record.state,
        groups: customGroups(record.groups),
      };
    case 'subscription':
      return {
        owner: ownerOf(record.owner),
        scope: scopeOf(record.scope),
        // Azure needs a name, and gets the id.
        name: (record.name ?? record.id).trim(),
        state: record.state,
        stateComment: record.stateComment.trim(),
        endsAt: record.endsAt === null ? null : new Date(record.endsAt).toISOString(),
        ...(record.primaryKey === null ? {} : { primaryKey: record.primaryKey }),
        ...(record.secondaryKey === null ? {} : { secondaryKey: record.secondaryKey }),
      };
    case 'template':
      return { subject: record.subject.trim(), body: oneLineEnd(record.body) };
    case 'notification':
      return { users: members(record.users), emails: members(record.emails) };
  }
}

/** Field → SHA-256 of its value, shortened. Two values with one fingerprint are equal. */
export function fingerprintsOf(record: MirroredRecord): Record<string, string> {
  const fields = Object.entries(comparedFields(record));
  return Object.fromEntries(fields.map(([field, value]) => [field, fingerprint(value)]));
}

const fingerprint = (value: Value): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, FINGERPRINT_LENGTH);

/** Whether Azure would come to what is here by deletions alone: of the thing, or of members of a list. */
export function onlyDeletes(
  field: string,
  ours: MirroredRecord | null,
  theirs: MirroredRecord | null,
): boolean {
  if (!ours || !theirs) return ours === null;
  const [here, there] = [comparedFields(ours)[field], comparedFields(theirs)[field]];
  return Array.isArray(here) && Array.isArray(there) && here.every((one) => there.includes(one));
}

/** As a card shows the value. A key is never shown. */
export function shownValue(record: MirroredRecord | null, field: string): string | null {
  if (!record) return null;
  if (field === 'primaryKey' || field === 'secondaryKey') return 'another key';
  const value = comparedFields(record)[field];
  if (value === undefined || value === null) return '';
  return Array.isArray(value) ? value.join(', ') : String(value);
}

/** What is left alone: Azure's own groups, administrator and subscription, a directory's groups, revisions without calls. */
export function isMirrored(record: MirroredRecord): boolean {
  if (record.kind === 'group') return record.type === 'custom';
  if (record.kind === 'account') return record.id !== BUILT_IN_USER;
  if (record.kind === 'api') return record.isCurrent;
  if (record.kind === 'subscription')
    return record.id.toLowerCase() !== BUILT_IN_SUBSCRIPTION && scopeOf(record.scope) !== null;
  return true;
}

/** How a card names the thing. */
export function labelOf(record: MirroredRecord): string {
  if (record.kind === 'account') {
    const name = cleanName(`${record.firstName} ${record.lastName}`);
    return name === '' ? record.email : `${name} <${record.email}>`;
  }
  if (record.kind === 'template' || record.kind === 'notification') return record.id;
  return record.name?.trim() || record.id;
}

const members = (ids: readonly string[]): string[] =>
  [...new Set(ids.map((id) => id.trim().toLowerCase()))].sort();

/** Every account is in Developers, and none is in the other built-in groups. */
const customGroups = (ids: readonly string[]): string[] =>
  members(ids).filter((id) => !BUILT_IN_GROUPS.includes(id));

/** The id of a user in lower case; null for no owner, which the administrator's subscriptions have here. */
function ownerOf(owner: string | null): string | null {
  const id = owner === null ? null : (/(?:^|\/)users\/([^/]+)\/?$/i.exec(owner)?.[1]?.toLowerCase() ?? owner);
  return id === BUILT_IN_USER ? null : id;
}

/** `products/ID`, `apis/ID` or `apis`; null for the whole service. */
function scopeOf(scope: string): string | null {
  const [, kind, id] = /(?:^|\/)(products|apis)(?:\/([^/]+))?\/?$/i.exec(scope) ?? [];
  if (!kind || (kind.toLowerCase() === 'products' && !id)) return null;
  return [kind, id].flatMap((part) => part?.toLowerCase() ?? []).join('/');
}

const oneLineEnd = (text: string): string => text.replace(/\r\n?/g, '\n').trim();
