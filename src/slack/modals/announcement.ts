// The forms of an announcement: its audience and what it begins with, then its words.
import type { KnownBlock, ModalView } from '@slack/types';
import type { Announcement } from '../../operations/announcements/announcement.ts';
import { MAX_TEMPLATE_BODY_LENGTH, MAX_TEMPLATE_SUBJECT_LENGTH } from '../../operations/templates/input.ts';
import type { Metadata } from '../frame/feature.ts';
import { audienceText } from '../present/announcement.ts';
import {
  actions,
  button,
  type ChosenOption,
  choiceInput,
  isOption,
  modal,
  searchInput,
  section,
  textInput,
} from '../present/blocks.ts';
import { type FormValues, textOf } from './form.ts';

export type Addressees = Pick<Announcement, 'audience' | 'audienceId' | 'audienceName'>;
type Kind = Announcement['kind'];

const KINDS: { value: Kind; text: string }[] = [
  { value: 'operational', text: 'About what they use: a version, an end of life, an incident' },
  { value: 'news', text: 'News: developers can unsubscribe from it' },
];

const BEGINNINGS = [
  { value: 'AnnouncementOfVersion', text: 'A new version' },
  { value: 'AnnouncementOfEnd', text: 'An end of life' },
  { value: 'Announcement', text: 'Nothing: your own words' },
] as const;
export type Beginning = (typeof BEGINNINGS)[number]['value'];

const optionOf = ({ audience, audienceId, audienceName }: Addressees): ChosenOption =>
  audience === 'everyone'
    ? { id: 'everyone', name: 'Everyone with an active account' }
    : { id: `${audience}:${audienceId}`, name: audienceName };

/** The field, or, for an id that is too long for Slack's selects, the words. */
const audienceField = (addressees: Addressees | null): KnownBlock =>
  addressees && !isOption(optionOf(addressees))
    ? section(`*To:* ${audienceText(addressees)}`)
    : searchInput('audience', 'To', {
        placeholder: 'Everyone, or a product, an API or a group',
        hint: 'A product or an API stands for its subscribers.',
        ...(addressees ? { chosen: optionOf(addressees) } : {}),
      });

/** A form carries no more: Slack takes 3,000 characters. */
const onlyAddressees = ({ audience, audienceId, audienceName }: Addressees): Addressees => ({
  audience,
  audienceId,
  audienceName,
});

/** With `addressees`, it is chosen already. */
export const beginModal = (addressees: Addressees | null): ModalView =>
  modal({
    callback: 'announcement-begin',
    title: 'Announce',
    submit: 'Next',
    metadata: { addressees: addressees && onlyAddressees(addressees) },
    blocks: [
      actions([button('menu-announcements', 'Earlier announcements', '-')]),
      audienceField(addressees),
      choiceInput('kind', 'Kind', KINDS),
      choiceInput('beginning', 'Begin with', [...BEGINNINGS]),
    ],
  });

export const beginningOf = (values: FormValues): Beginning =>
  BEGINNINGS.find(({ value }) => value === textOf(values, 'beginning'))?.value ?? 'Announcement';

export const kindOf = (values: FormValues, { kind }: Metadata): Kind =>
  (textOf(values, 'kind') || kind) === 'news' ? 'news' : 'operational';

/** What the field has, or what the form was opened with. The operation looks it up again. */
export function audienceIn(
  values: FormValues,
  metadata: Metadata,
): { audience: Addressees['audience']; audienceOf?: string } {
  const chosen = textOf(values, 'audience');
  const { audience, audienceId } = (metadata.addressees ?? { audience: 'everyone' }) as Addressees;
  if (chosen === '') return { audience, ...(audienceId === null ? {} : { audienceOf: audienceId }) };
  const [kind = '', ...id] = chosen.split(':');
  return kind === 'everyone'
    ? { audience: kind }
    : { audience: kind as Addressees['audience'], audienceOf: id.join(':') };
}

const textFields = (text: { subject: string; body: string }, addressees: Pick<Addressees, 'audience'>) => [
  textInput('subject', 'Subject', { value: text.subject, maxLength: MAX_TEMPLATE_SUBJECT_LENGTH }),
  textInput('body', 'Text', {
    value: text.body,
    multiline: true,
    maxLength: MAX_TEMPLATE_BODY_LENGTH,
    hint: `In Markdown. A link on its own line becomes a button. $DevFirstName is the developer's first name${addressees.audience === 'product' || addressees.audience === 'api' ? ", and $ProdName the product's or API's name" : ''}. It is sent as you write it, in whatever language.`,
  }),
];

/** The words of a new one. */
export const writeModal = (
  about: Addressees & { kind: Kind },
  text: { subject: string; body: string },
): ModalView => {
  const { kind, ...addressees } = about;
  const kindText = KINDS.find(({ value }) => value === kind)?.text ?? '';
  return modal({
    callback: 'announcement-save',
    title: 'Announce',
    submit: 'Preview',
    metadata: { addressees, kind },
    blocks: [
      section(`*To:* ${audienceText(addressees)}\n*Kind:* ${kindText}`),
      ...textFields(text, addressees),
    ],
  });
};

/** Everything of a draft. */
export const editModal = ({ id, version, kind, subject, body, ...addressees }: Announcement): ModalView =>
  modal({
    callback: 'announcement-save',
    title: 'Edit an announcement',
    submit: 'Preview',
    metadata: { id, version, kind, addressees: onlyAddressees(addressees) },
    blocks: [
      audienceField(addressees),
      choiceInput('kind', 'Kind', KINDS, kind),
      ...textFields({ subject, body }, addressees),
    ],
  });

export const mailModal = (blocks: KnownBlock[]): ModalView =>
  modal({ callback: 'done', title: 'The mail', blocks });
