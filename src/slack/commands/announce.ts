// Mails that an admin writes to many developers: a draft, its preview, the sending and what became of it.

import type { AnnouncementFate } from '../../domain/announcement.ts';
import { DomainError, refusedFields } from '../../domain/domain-error.ts';
import { checkAnnouncementText } from '../../operations/announcements/announcement.ts';
import { beginAnnouncement } from '../../operations/announcements/begin.ts';
import { discardAnnouncement } from '../../operations/announcements/discard.ts';
import { listAnnouncements } from '../../operations/announcements/list.ts';
import { listRecipientsOfAnnouncement } from '../../operations/announcements/list-recipients.ts';
import { saveAnnouncement } from '../../operations/announcements/save.ts';
import { sendAnnouncement } from '../../operations/announcements/send.ts';
import { sendTestOfAnnouncement } from '../../operations/announcements/send-test.ts';
import { showAnnouncement } from '../../operations/announcements/show.ts';
import { stopAnnouncement } from '../../operations/announcements/stop.ts';
import { showApi } from '../../operations/apis/show.ts';
import { showProduct } from '../../operations/products/show.ts';
import type { Feature, SlackRequest } from '../frame/feature.ts';
import { definePages } from '../frame/pages.ts';
import { announcementIn, idIn, readCarried } from '../frame/reference.ts';
import { attempt, openModalFor } from '../frame/role.ts';
import {
  audienceIn,
  beginModal,
  beginningOf,
  editModal,
  kindOf,
  mailModal,
  writeModal,
} from '../modals/announcement.ts';
import { blankErrors, type FormValues, textOf } from '../modals/form.ts';
import {
  announcementMessage,
  announcementRow,
  mailOfAnnouncement,
  NOT_ARRIVED,
  NOT_SENT,
  recipientRow,
} from '../present/announcement.ts';
import { button, type Message, section } from '../present/blocks.ts';
import { escapeText } from '../present/text.ts';

const pages = definePages('announcements', async (request, _query, page) => {
  const { announcements, next, count } = await listAnnouncements(request.context, page);
  return {
    title: 'Announcements',
    rows: announcements.map(announcementRow),
    next,
    count,
    none: 'There are no announcements yet.',
    buttons: [button('menu-announce', 'New announcement', '-', { style: 'primary' })],
  };
});

type Recipients = { id: string; fates?: AnnouncementFate[] };

const recipientPages = definePages<Recipients>('announced', async (request, { id, fates }, page) => {
  const { subject, recipients, next, count } = await listRecipientsOfAnnouncement(request.context, {
    announcementId: id,
    ...(fates ? { fates } : {}),
    ...page,
  });
  const filter = (text: string, some?: readonly AnnouncementFate[]) => ({
    text,
    query: { id, ...(some ? { fates: [...some] } : {}) },
    isChosen: JSON.stringify(some) === JSON.stringify(fates),
  });
  return {
    title: `“${escapeText(subject)}”`,
    rows: recipients.map(recipientRow),
    next,
    count,
    none: 'No one.',
    filters: [
      filter('All'),
      filter('Delivered', ['delivered']),
      filter('Not arrived', NOT_ARRIVED),
      filter('Not sent', NOT_SENT),
    ],
  };
});

const open = (request: SlackRequest) => openModalFor(request, saveAnnouncement, {}, () => beginModal(null));

const page = async (request: SlackRequest, announcementId: string): Promise<Message> =>
  announcementMessage(await showAnnouncement(request.context, { announcementId }));

export const announceFeature: Feature = {
  command: {
    name: 'announce',
    aliases: ['announcement', 'announcements', 'broadcast', 'newsletter'],
    usage: 'announce [list]',
    summary: 'Mails the subscribers of a product or API, a group, or everyone; `list` shows earlier ones.',
    example: '/apim-user announce',
    who: 'admins',
    run: async (request, [word]) =>
      word === 'list' ? request.reply(await pages.first(request, {})) : open(request),
  },
  buttons: {
    'menu-announce': open,
    'menu-announcements': async (request) => request.reply(await pages.first(request, {})),
    ...pages.buttons,
    ...recipientPages.buttons,
    'product-tell': (request, value) =>
      openModalFor(request, saveAnnouncement, { productId: idIn(value) }, async ({ context }) => {
        const { product } = await showProduct(context, { productId: idIn(value) });
        return beginModal({ audience: 'product', audienceId: product.id, audienceName: product.name });
      }),
    'api-tell': (request, value) =>
      openModalFor(request, saveAnnouncement, { apiId: idIn(value) }, async ({ context }) => {
        const { api } = await showApi(context, { apiId: idIn(value) });
        return beginModal({ audience: 'api', audienceId: api.id, audienceName: api.name });
      }),
    'announcement-show': async (request, value) => request.reply(await page(request, idIn(value))),
    'announcement-refresh': async (request, value) =>
      request.reply(await page(request, idIn(value)), { replace: true }),
    'announcement-mail': (request, value) => {
      const announcementId = idIn(value);
      return openModalFor(request, showAnnouncement, { announcementId }, async ({ context }) =>
        mailModal(mailOfAnnouncement(await showAnnouncement(context, { announcementId }))),
      );
    },
    'announcement-recipients': async (request, value) =>
      request.reply(await recipientPages.first(request, { id: idIn(value) })),
    'announcement-edit': async (request, value) => {
      const { announcementId, expectedVersion } = announcementIn(value);
      return openModalFor(request, saveAnnouncement, { announcementId }, async ({ context }) => {
        const { announcement } = await showAnnouncement(context, { announcementId });
        return editModal({ ...announcement, version: expectedVersion });
      });
    },
    'announcement-test': async (request, value) => {
      const announcementId = idIn(value);
      const to = await attempt(request, sendTestOfAnnouncement, { announcementId }, ({ actor }) =>
        ownEmail(actor.email),
      );
      await sendTestOfAnnouncement(request.context, { announcementId, to });
      return request.reply({
        text: `A test is on its way to ${escapeText(to)}, with sample values. It went to no developer.`,
      });
    },
    'announcement-discard': async (request, value) => {
      const { subject } = await discardAnnouncement(request.context, announcementIn(value));
      return request.reply({ text: `Discarded “${escapeText(subject)}”.` }, { replace: true });
    },
    'announcement-send': send,
    'announcement-stop': async (request, value) => {
      const { subject } = await stopAnnouncement(request.context, { announcementId: idIn(value) });
      return request.reply({ text: `Stopped “${escapeText(subject)}”. No further mail of it leaves.` });
    },
  },
  submissions: {
    'announcement-begin': {
      async run(request, values, metadata) {
        return attempt(request, saveAnnouncement, {}, async ({ context }) => {
          const { subject, body, ...addressees } = await beginAnnouncement(context, {
            ...audienceIn(values, metadata),
            beginning: beginningOf(values),
          });
          return writeModal({ ...addressees, kind: kindOf(values, metadata) }, { subject, body });
        });
      },
    },
    'announcement-save': {
      check(values, { metadata, policy }) {
        const blanks = blankErrors(values, { subject: 'Enter a subject', body: 'Enter a text' });
        if (Object.keys(blanks).length > 0) return blanks;
        const { audience } = audienceIn(values, metadata);
        return refusedFields(() => checkAnnouncementText({ policy }, typedText(values), audience));
      },
      async run(request, values, metadata) {
        const { announcementId } = await saveAnnouncement(request.context, {
          ...(metadata.id
            ? { announcementId: String(metadata.id), expectedVersion: Number(metadata.version) }
            : {}),
          kind: kindOf(values, metadata),
          ...audienceIn(values, metadata),
          ...typedText(values),
        });
        return page(request, announcementId);
      },
    },
  },
};

const typedText = (values: FormValues) => ({
  subject: textOf(values, 'subject'),
  body: textOf(values, 'body'),
});

function ownEmail(email: string | null): string {
  if (email) return email;
  throw new DomainError('invalid_input', {
    fields: { 'your email': "Slack doesn't know it, or this app isn't allowed to see it (users:read.email)" },
  });
}

/** When the recipients are more or fewer by now, the page is drawn again with their number. */
async function send(request: SlackRequest, value: string): Promise<void> {
  const { id, version, recipients } = readCarried<{ id: string; version: number; recipients: number }>(value);
  try {
    await sendAnnouncement(request.context, { announcementId: id, expectedVersion: version, recipients });
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== 'announcement_recipients_changed') throw error;
    const { text, blocks = [] } = await page(request, id);
    const note = section(
      `:warning: Nothing was sent: *${error.detail.count}* would get it by now, not ${recipients}. Look at it again.`,
    );
    return request.reply({ text, blocks: [note, ...blocks] }, { replace: true });
  }
  const { text, blocks = [] } = await page(request, id);
  const note = section('Sending. Our direct message shows the progress.');
  return request.reply({ text, blocks: [note, ...blocks] }, { replace: true });
}
