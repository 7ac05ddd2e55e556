// What the operations on announcements share: the fields, the audience, and how it is shown.
import { z } from 'zod';
import { findGroups } from '../../db/accounts/groups.ts';
import {
  type Announcement as AnnouncementRow,
  lockAnnouncement,
} from '../../db/announcements/announcements.ts';
import type { AudienceQuery } from '../../db/announcements/audience.ts';
import { findApi } from '../../db/catalog/apis.ts';
import { findProduct } from '../../db/catalog/products.ts';
import { ANNOUNCEMENT_KINDS, AUDIENCES } from '../../domain/announcement.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { languageNamed } from '../../languages/languages.ts';
import { sayIn } from '../../languages/say.ts';
import { renderMail } from '../../mail/render.ts';
import { checkTemplate, sampleVariables } from '../../mail/templates/catalog.ts';
import { type MailValue, writeValue } from '../../mail/templates/value.ts';
import type { Act, Context } from '../frame/context.ts';
import { expectedVersion, rowId } from '../frame/input.ts';
import { MAX_TEMPLATE_BODY_LENGTH, templateText } from '../templates/input.ts';

/** As operators see it. */
export type Announcement = Omit<AnnouncementRow, 'serviceId'>;

/** At one mail a second these take fourteen hours. */
export const MAX_RECIPIENTS = 50_000;

/** As the operator saw it. */
export const seenAnnouncement = { announcementId: rowId, expectedVersion };

export const announcementFields = {
  kind: z.enum(ANNOUNCEMENT_KINDS),
  audience: z.enum(AUDIENCES),
  /** The id of the product, the API or the group. */
  audienceOf: z.string().min(1).max(256).optional(),
  subject: templateText.subject,
  body: templateText.body,
};

type Text = Pick<Announcement, 'subject' | 'body'>;
type Addressees = Pick<Announcement, 'audience' | 'audienceId' | 'audienceName'>;

/** What the texts to begin with leave open. In Markdown a link has its address behind it. */
const OPEN_PLACE = /\[[A-Z]{2,}\](?!\()/;

/**
 * Errors: `template_invalid` with the field: as a template, or when it still has a place of the text that it began with,
 * or names a product that it isn't about.
 */
export function checkAnnouncementText(
  { policy }: Pick<Context, 'policy'>,
  { subject, body }: Text,
  audience: Announcement['audience'],
): void {
  const refuse = (field: 'subject' | 'body', words: string) => {
    throw new DomainError('template_invalid', { fields: { [field]: words } });
  };
  if (body.length > MAX_TEMPLATE_BODY_LENGTH)
    refuse('body', `at most ${MAX_TEMPLATE_BODY_LENGTH} characters`);
  for (const [field, text] of [
    ['subject', subject],
    ['body', body],
  ] as const) {
    const [place] = OPEN_PLACE.exec(text) ?? [];
    if (place) refuse(field, `Replace ${place} with your own words.`);
    if (text.includes('ProdName') && audience !== 'product' && audience !== 'api')
      refuse(field, '$ProdName is known only when it goes to the subscribers of a product or an API.');
  }
  const hosts = [new URL(policy.publicUrl).host, ...policy.mailLinkHosts];
  checkTemplate('Announcement', { subject, body }, hosts);
}

/** The name of the product, the API or the group. Errors: `product_not_found`, `api_not_found`, `group_not_found`, `group_built_in`. */
export async function findAudience(
  act: Act,
  {
    audience,
    audienceOf: audienceId,
  }: { audience: Announcement['audience']; audienceOf?: string | undefined },
): Promise<Addressees> {
  if (audience === 'everyone') return { audience, audienceId: null, audienceName: '' };
  if (audienceId === undefined)
    throw new DomainError('invalid_input', { fields: { audienceOf: 'is needed for this audience' } });
  const { name } = await findNamed(act, audience, audienceId);
  return { audience, audienceId, audienceName: name };
}

async function findNamed(
  act: Act,
  audience: 'product' | 'api' | 'group',
  id: string,
): Promise<{ name: string }> {
  const serviceId = act.service.id;
  if (audience === 'group') {
    const [group] = await findGroups(act.tx, serviceId, [id]);
    if (!group) throw new DomainError('group_not_found');
    if (group.type === 'system') throw new DomainError('group_built_in');
    return group;
  }
  const found =
    audience === 'product' ? await findProduct(act.tx, serviceId, id) : await findApi(act.tx, serviceId, id);
  if (!found) throw new DomainError(audience === 'product' ? 'product_not_found' : 'api_not_found');
  return found;
}

/** Errors: `announcement_not_found`; `announcement_changed` when it isn't the version that the operator saw. */
export async function holdAnnouncement(
  act: Act,
  {
    announcementId,
    expectedVersion: expected,
  }: { announcementId: string; expectedVersion?: number | undefined },
): Promise<AnnouncementRow> {
  const row = await lockAnnouncement(act.tx, act.service.id, announcementId);
  if (!row) throw new DomainError('announcement_not_found');
  if (expected !== undefined && row.version !== expected)
    throw new DomainError('announcement_changed', { current: { by: row.changedByName, at: row.changedAt } });
  return row;
}

/** Errors: also `announcement_sent`, with who sent it. */
export async function holdDraft(
  act: Act,
  seen: Parameters<typeof holdAnnouncement>[1],
): Promise<AnnouncementRow> {
  const row = await holdAnnouncement(act, { announcementId: seen.announcementId });
  if (row.sentAt)
    throw new DomainError('announcement_sent', { current: { by: row.sentByName, at: row.sentAt } });
  return holdAnnouncement(act, seen);
}

export const queryOf = (row: AnnouncementRow, now: Date): AudienceQuery => ({ ...row, now });

/** What a mail says of its recipient and its reason, in the developer's language. */
export function valuesOf(
  { policy }: Pick<Context, 'policy'>,
  addressees: Addressees,
): Record<string, MailValue> {
  const { organizationName: organization } = policy;
  const isToSubscribers = addressees.audience === 'product' || addressees.audience === 'api';
  return {
    ProdName: isToSubscribers ? addressees.audienceName : '',
    Because: isToSubscribers
      ? ofSubscribers(addressees.audienceName, organization)
      : ofAccounts(organization),
  };
}

const ofSubscribers =
  (name: string, organization: string): MailValue =>
  (say) =>
    say('You get this mail because you have a subscription to {name} at {organization}.', {
      name,
      organization,
    });

/** A group is the operators' own business, and may be named so. */
const ofAccounts =
  (organization: string): MailValue =>
  (say) =>
    say('You get this mail because you have a developer account at {organization}.', { organization });

/** The values of the preview and of a test, in the service's language. The link of a test unsubscribes no one. */
export function sampleOf(context: Pick<Context, 'policy'>, row: Announcement) {
  const { policy } = context;
  const language = languageNamed(policy.language);
  const say = sayIn(language);
  const own = Object.entries(valuesOf(context, row)).map(([name, value]) => [name, writeValue(value, say)]);
  return {
    language,
    variables: { ...sampleVariables('Announcement', policy, language), ...Object.fromEntries(own) } as Record<
      string,
      string
    >,
    unsubscribeUrl: row.kind === 'news' ? unsubscribeUrl(context, 'sample') : undefined,
  };
}

export const unsubscribeUrl = ({ policy }: Pick<Context, 'policy'>, ticket: string): string =>
  `${policy.publicUrl}/unsubscribe?ticket=${ticket}`;

/** The mail as a developer gets it, with sample values. */
export function renderSample(context: Pick<Context, 'policy'>, row: Announcement) {
  const { organizationName, supportEmail, publicUrl, brand, mailLinkHosts } = context.policy;
  return renderMail({
    template: 'Announcement',
    text: { subject: row.subject, body: row.body },
    ...sampleOf(context, row),
    brand: { organizationName, supportEmail, publicUrl, color: brand.color },
    linkHosts: mailLinkHosts,
  });
}
