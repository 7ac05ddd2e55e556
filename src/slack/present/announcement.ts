// An announcement as operators see it: the draft with its audience, and what became of its mails.
import type { Button, KnownBlock } from '@slack/types';
import type { AnnouncementFate, LeftOut } from '../../domain/announcement.ts';
import { fullName } from '../../domain/person-name.ts';
import type { listAnnouncements } from '../../operations/announcements/list.ts';
import type { listRecipientsOfAnnouncement } from '../../operations/announcements/list-recipients.ts';
import type { AnnouncementView } from '../../operations/announcements/show.ts';
import type { ApprovalView } from '../../operations/approvals/approval-view.ts';
import { buttonValue } from '../frame/reference.ts';
import { actions, button, context, divider, header, type Message, plainSections, section } from './blocks.ts';
import { capital, cut, escapeText, formatDate, listText } from './text.ts';

type Listed = Awaited<ReturnType<typeof listAnnouncements>>['announcements'][number];
type RecipientRow = Awaited<ReturnType<typeof listRecipientsOfAnnouncement>>['recipients'][number];
type Addressees = Pick<Listed, 'audience' | 'audienceName'>;
type Fates = Partial<Record<AnnouncementFate, number>>;

const counted = (count: number): string =>
  count === 1 ? '1 developer' : `${count.toLocaleString('en')} developers`;

export function audienceText({ audience, audienceName }: Addressees): string {
  if (audience === 'everyone') return 'everyone with an active account';
  const name = `*${escapeText(audienceName)}*`;
  return audience === 'group' ? `the group ${name}` : `the subscribers of ${name}`;
}

const KIND_TEXTS = {
  operational: "operational: developers can't unsubscribe from it",
  news: 'news: who unsubscribed from it gets none, and each mail has a link for that',
};

const LEFT_OUT_TEXTS: Record<keyof LeftOut, string> = {
  blocked: 'blocked',
  pending: 'pending',
  deleted: 'deleted',
  unsubscribed: 'unsubscribed from news',
  complained: 'marked a mail of ours as spam',
  bounced: 'whose last mail came back',
};

const leftOutText = (leftOut: LeftOut): string[] => {
  const reasons = Object.entries(leftOut).map(
    ([reason, count]) => `${count.toLocaleString('en')} ${LEFT_OUT_TEXTS[reason as keyof LeftOut]}`,
  );
  return reasons.length > 0 ? [`*Left out:* ${listText(reasons)}`] : [];
};

/** With the name that every recipient reads in it. */
const subjectText = ({ subject, audienceName }: { subject: string; audienceName: string }): string =>
  subject.replaceAll('$ProdName', audienceName);

export const announcementMessage = (view: AnnouncementView): Message =>
  view.announcement.state === 'draft' ? draftMessage(view) : sentMessage(view);

function draftMessage({ announcement, mail, recipients, leftOut, sample }: AnnouncementView): Message {
  const { id, version, kind } = announcement;
  const names = sample.map((one) =>
    escapeText(fullName(one) ? `${fullName(one)} (${one.email})` : one.email),
  );
  const more = recipients - names.length;
  const reached =
    recipients === 0
      ? '*No developer* would get it now.'
      : `*${counted(recipients)}* ${recipients === 1 ? 'gets' : 'get'} it now: ${listText([...names, ...(more > 0 ? [`${more.toLocaleString('en')} more`] : [])])}`;
  const seen = JSON.stringify({ id, version, recipients });
  return {
    text: `Draft of “${escapeText(subjectText(announcement))}”`,
    blocks: [
      section(
        [
          `*Draft* to ${audienceText(announcement)}`,
          `*Kind:* ${KIND_TEXTS[kind]}`,
          reached,
          ...leftOutText(leftOut),
        ].join('\n'),
      ),
      divider,
      ...mailBlocks(mail),
      divider,
      context(
        'This is the plain text, with sample values. *Send me a test* mails you the designed version. Everyone gets your words as they are; only the lines below them are in the language of each developer.',
      ),
      actions([
        ...(recipients > 0 ? [sendButton(recipients, seen)] : []),
        button('announcement-test', 'Send me a test', id),
        button('announcement-edit', 'Edit', buttonValue(announcement)),
        button('announcement-discard', 'Discard', buttonValue(announcement), {
          style: 'danger',
          ask: { text: 'The draft is deleted.', yes: 'Discard' },
        }),
      ]),
    ],
  };
}

const sendButton = (recipients: number, seen: string): Button =>
  button('announcement-send', `Send to ${recipients.toLocaleString('en')}`, seen, {
    style: 'primary',
    ask: {
      text: `This mails ${counted(recipients)}, one a second: that takes ${durationText(recipients)}. You can stop it on the way.`,
      yes: 'Send',
    },
  });

const mailBlocks = ({ subject, text }: AnnouncementView['mail']): KnownBlock[] => [
  header(subject),
  ...plainSections(text),
];

export const mailOfAnnouncement = ({ mail }: AnnouncementView): KnownBlock[] => [
  ...mailBlocks(mail),
  context('With sample values'),
];

function durationText(seconds: number): string {
  if (seconds < 120) return `about ${Math.max(1, Math.ceil(seconds / 60)) === 1 ? 'a minute' : '2 minutes'}`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `about ${minutes} minutes` : `about ${Math.round(minutes / 60)} hours`;
}

/** In the order in which they are told. */
const FATE_TEXTS: Record<AnnouncementFate, string> = {
  delivered: 'delivered',
  accepted: 'sent, with no report yet',
  queued: 'about to be sent',
  waiting: 'waiting',
  bounced: 'came back',
  complained: 'marked as spam',
  failed: "couldn't be sent",
  unknown: 'may or may not have been sent',
  cancelled: 'called off',
  blocked: 'left out: blocked by then',
  pending: 'left out: pending by then',
  deleted: 'left out: deleted by then',
  unsubscribed: 'left out: unsubscribed by then',
};
const HAVE_LEFT: readonly AnnouncementFate[] = ['delivered', 'accepted', 'bounced', 'complained', 'unknown'];
export const NOT_ARRIVED: readonly AnnouncementFate[] = ['bounced', 'complained', 'failed', 'unknown'];
export const NOT_SENT: readonly AnnouncementFate[] = [
  'waiting',
  'queued',
  'cancelled',
  'blocked',
  'pending',
  'deleted',
  'unsubscribed',
];

const sumOf = (fates: Fates, some: readonly AnnouncementFate[]): number =>
  some.reduce((sum, fate) => sum + (fates[fate] ?? 0), 0);

/** "*Being sent* to the subscribers of *Orders*: 12 of 37 have left". */
function stateText(one: Omit<Listed, 'fates'>, fates: Fates): string {
  const { state, sentByName, sentAt, stoppedByName } = one;
  if (state === 'draft') return `*Draft* to ${audienceText(one)}`;
  const all = Object.values(fates).reduce((sum, count) => sum + count, 0);
  const left = sumOf(fates, HAVE_LEFT);
  const by = sentAt ? `, by ${escapeText(sentByName)}, ${formatDate(sentAt)}` : '';
  if (state === 'sending')
    return `*Being sent* to ${audienceText(one)}${by}: ${left.toLocaleString('en')} of ${all.toLocaleString('en')} have left`;
  if (state === 'done') return `*Sent* to ${audienceText(one)}${by}: ${left.toLocaleString('en')} mails`;
  const why = stoppedByName ? `by ${escapeText(stoppedByName)}` : 'because its sender is no admin any more';
  return `*Stopped* ${why}, after ${left.toLocaleString('en')} of ${all.toLocaleString('en')} mails to ${audienceText(one)}${by}`;
}

/** The progress, and at the end what became of it. */
export function sentMessage({ announcement, leftOut, fates }: AnnouncementView): Message {
  const { id, state } = announcement;
  const subject = subjectText(announcement);
  const lines = (Object.keys(FATE_TEXTS) as AnnouncementFate[]).flatMap((fate) => {
    const count = fates[fate];
    return count ? [`• ${count.toLocaleString('en')} ${FATE_TEXTS[fate]}`] : [];
  });
  const toCome = sumOf(fates, ['waiting', 'queued']);
  const head = stateText(announcement, fates);
  const stop = button('announcement-stop', 'Stop', id, {
    style: 'danger',
    ask: { text: 'No further mail leaves. Those that have left are not called back.', yes: 'Stop' },
  });
  return {
    text: `${escapeText(subject)}: ${head.replaceAll('*', '')}`,
    blocks: [
      section(`*${escapeText(subject)}*\n${head}`),
      section([...lines, ...leftOutText(leftOut)].join('\n') || 'No developer got it.'),
      ...(state === 'sending'
        ? [
            context(
              `One mail leaves a second, so the rest takes ${durationText(toCome)}. It goes on by itself.`,
            ),
          ]
        : []),
      actions([
        ...(state === 'sending' ? [stop] : []),
        button('announcement-recipients', 'Who got it', id),
        button('announcement-mail', 'The mail', id),
        button('announcement-refresh', 'Refresh', id),
      ]),
    ],
  };
}

const MAX_TEXT_ASKED_ABOUT = 1_500;

/** What a second operator is asked. The title is plain text. */
export const announcementRequest = (
  announcement: ApprovalView['announcement'],
  recipients: number,
): { title: string; effect: string } =>
  announcement
    ? {
        title: `Send “${cut(subjectText(announcement), 80)}” to ${counted(recipients)}?`,
        effect: `It is mailed to ${audienceText(announcement)}, as they are then, one mail a second. A mail that has left can't be called back. ${capital(KIND_TEXTS[announcement.kind])}. It says:\n>${escapeText(cut(announcement.body, MAX_TEXT_ASKED_ABOUT)).replaceAll('\n', '\n>')}`,
      }
    : { title: 'Send an announcement?', effect: 'It was discarded.' };

export function announcementRow(one: Listed): KnownBlock[] {
  const subject = subjectText(one);
  const text = `*${escapeText(subject)}*\n${stateText(one, one.fates)}`;
  return [
    {
      ...section(text),
      accessory: button('announcement-show', 'Show', one.id, { label: `Show ${subject}` }),
    },
  ];
}

export function recipientRow({ id, email, fate, ...names }: RecipientRow): KnownBlock[] {
  const name = fullName(names);
  const who = name ? `*${escapeText(name)}* · ${escapeText(email)}` : escapeText(email);
  return [
    {
      ...section(`${who} · ${FATE_TEXTS[fate]}`),
      accessory: button('list-show', 'Show', id, { label: `Show ${name || email}` }),
    },
  ];
}
