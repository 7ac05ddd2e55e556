// The mails' texts: the list, the modal that edits one, and its preview.
import type { KnownBlock } from '@slack/types';
import { DomainError } from '../../domain/domain-error.ts';
import {
  checkTemplateText,
  demandTemplate,
  MAX_TEMPLATE_BODY_LENGTH,
  MAX_TEMPLATE_SUBJECT_LENGTH,
} from '../../operations/templates/input.ts';
import { listTemplates } from '../../operations/templates/list.ts';
import { previewTemplate } from '../../operations/templates/preview.ts';
import { restoreDefaultTemplate } from '../../operations/templates/restore-default.ts';
import { saveTemplate } from '../../operations/templates/save.ts';
import { sendTestOfTemplate } from '../../operations/templates/send-test.ts';
import { showTemplate } from '../../operations/templates/show.ts';
import {
  blankErrors,
  type Feature,
  type FormValues,
  fieldErrorsOf,
  type Metadata,
  type SlackRequest,
  textOf,
} from '../frame/feature.ts';
import {
  actions,
  button,
  context,
  divider,
  type Message,
  modal,
  plainSection,
  section,
  textInput,
} from '../present/blocks.ts';
import { escapeText, formatDate } from '../present/text.ts';

type Template = Awaited<ReturnType<typeof showTemplate>>;

const MAX_SECTION_LENGTH = 3_000;

async function templatesList(request: SlackRequest): Promise<Message> {
  const templates = await listTemplates(request.context, {});
  const changed = templates.filter((one) => !one.isDefault).length;
  return {
    text: `${templates.length} mails, ${changed} with a text of your own`,
    blocks: templates.map(({ name, title, description, isInUse, isDefault }) => ({
      ...section(
        `*${escapeText(title)}* · ${isDefault ? 'default text' : 'your own text'}${isInUse ? '' : ' · nothing sends it yet'}\n${escapeText(description)}`,
      ),
      accessory: button('template-edit', 'Edit', name, { label: `Edit ${title}` }),
    })),
  };
}

async function openTemplate(request: SlackRequest, name: string): Promise<void> {
  return request.openModal(async () =>
    templateModal(await showTemplate(request.context, { template: name })),
  );
}

function templateModal(template: Template) {
  const { name, version, title, description, subject, body, syntax, isDefault } = template;
  const variables = template.variables.map((one) => `\`$${one.name}\` ${escapeText(one.title)}`).join(' · ');
  const restore = button('template-restore', 'Restore default', name, {
    style: 'danger',
    ask: { text: 'The text of your own is replaced by the default one.', yes: 'Restore' },
  });
  return modal({
    callback: 'template-save',
    title: "A mail's text",
    submit: 'Save',
    metadata: { name, version, syntax },
    blocks: [
      section(`*${escapeText(title)}*\n${escapeText(description)}`),
      context(changeText(template)),
      textInput('subject', 'Subject', { value: subject, maxLength: MAX_TEMPLATE_SUBJECT_LENGTH }),
      ...(syntax === 'xhtml' ? [context(XHTML_NOTE)] : []),
      textInput('body', 'Text', {
        ...(syntax === 'xhtml' ? { optional: true } : { value: body }),
        multiline: true,
        maxLength: MAX_TEMPLATE_BODY_LENGTH,
        hint: 'Markdown. A link on a line of its own becomes a button. The footer is added to every mail.',
      }),
      section(`*What may be filled in:* ${variables}`),
      actions([
        button('template-preview', 'Preview', name),
        button('template-test', 'Send a test to me', name),
        ...(isDefault ? [] : [restore]),
      ]),
    ],
  });
}

const XHTML_NOTE =
  'The text was written by a program, in XHTML, and stays as it is while the field below is empty: *Preview* shows it. ' +
  'What you write there replaces it, in Markdown.';

function changeText({ isDefault, changedBy, changedAt }: Template): string {
  if (isDefault || !changedAt) return 'This is the default text.';
  return `Changed by ${escapeText(changedBy ?? 'somebody')} ${formatDate(changedAt)}`;
}

const previewModal = (mail: { subject: string; text: string }) =>
  modal({
    callback: 'template-preview',
    title: 'Preview',
    blocks: [
      section(`*Subject:* ${escapeText(mail.subject)}`),
      divider,
      ...sectionsOf(mail.text),
      context('The text part, with sample values. *Send a test to me* shows the designed one.'),
    ],
  });

/** Nothing in it is markup for Slack; lines stay whole where they can. */
function sectionsOf(text: string): KnownBlock[] {
  const parts: string[] = [];
  let rest = text.trim();
  while (rest.length > MAX_SECTION_LENGTH) {
    const line = rest.lastIndexOf('\n', MAX_SECTION_LENGTH);
    const end = line > 0 ? line : MAX_SECTION_LENGTH;
    parts.push(rest.slice(0, end));
    rest = rest.slice(end).trimStart();
  }
  return [...parts, rest].map(plainSection);
}

const written = (typed: FormValues) => ({ subject: textOf(typed, 'subject'), body: textOf(typed, 'body') });

/** What is typed; where nothing is, the XHTML that stays. */
async function meant(request: SlackRequest, name: string, typed: FormValues) {
  const { subject, body } = written(typed);
  if (body !== '') return { subject, body };
  const kept = await showTemplate(request.context, { template: name });
  return kept.syntax === 'xhtml' ? { subject, body: kept.body, syntax: kept.syntax } : { subject, body };
}

const keepsXhtml = (values: FormValues, { syntax }: Metadata): boolean =>
  syntax === 'xhtml' && textOf(values, 'body') === '';

export const templates: Feature = {
  command: {
    name: 'templates',
    usage: 'templates',
    summary: "Shows the mails' texts, to edit, preview, try and restore them.",
    example: '/apim-user templates',
    who: 'admins',
    run: async (request) => request.reply(await templatesList(request)),
  },
  submissions: {
    'template-save': {
      check(values, { metadata, policy }) {
        const keeps = keepsXhtml(values, metadata);
        const blanks = blankErrors(values, {
          subject: 'A mail needs a subject',
          ...(keeps ? {} : { body: 'A mail needs a text' }),
        });
        if (keeps || Object.keys(blanks).length > 0) return blanks;
        const template = demandTemplate(String(metadata.name));
        return fieldErrorsOf(() => checkTemplateText({ policy }, template, written(values)));
      },
      async run(request, values, metadata) {
        const { subject, body } = written(values);
        const { title } = await saveTemplate(request.context, {
          template: String(metadata.name),
          expectedVersion: Number(metadata.version),
          subject,
          ...(keepsXhtml(values, metadata) ? {} : { body }),
        });
        return {
          text: `Saved: *${escapeText(title)}*. Mails that were already written keep their former text.`,
        };
      },
    },
  },
  buttons: {
    'template-edit': openTemplate,
    'template-preview': (request, template, typed) =>
      request.openModal(async () =>
        previewModal(
          await previewTemplate(request.context, { template, ...(await meant(request, template, typed)) }),
        ),
      ),
    'template-test': async (request, template, typed) => {
      const to = request.actor.email;
      if (!to) {
        throw new DomainError('invalid_input', {
          fields: { 'your address': 'is not known to Slack, or this app may not see it (users:read.email)' },
        });
      }
      await sendTestOfTemplate(request.context, { template, ...(await meant(request, template, typed)), to });
      return request.reply({
        text: `A test is on its way to ${escapeText(to)}, with sample values. Nothing was saved.`,
      });
    },
    'template-restore': async (request, template) => {
      const { title } = await restoreDefaultTemplate(request.context, { template });
      return request.reply(
        { text: `Restored: *${escapeText(title)}* has its default text again.` },
        { replace: true },
      );
    },
  },
};
