import { DomainError, refusedFields } from '../../domain/domain-error.ts';
import { checkTemplateText, demandTemplate } from '../../operations/templates/input.ts';
import { listTemplates } from '../../operations/templates/list.ts';
import { previewTemplate } from '../../operations/templates/preview.ts';
import { restoreDefaultTemplate } from '../../operations/templates/restore-default.ts';
import { saveTemplate } from '../../operations/templates/save.ts';
import { sendTestOfTemplate } from '../../operations/templates/send-test.ts';
import { showTemplate } from '../../operations/templates/show.ts';
import type { Feature, Metadata, SlackRequest } from '../frame/feature.ts';
import { attempt, openModalFor } from '../frame/role.ts';
import { blankErrors, type FormValues, textOf } from '../modals/form.ts';
import { previewModal, templateModal, variablesModal } from '../modals/template.ts';
import { button, header, type Message, section } from '../present/blocks.ts';
import { escapeText, formatDate } from '../present/text.ts';

export const templatesFeature: Feature = {
  command: {
    name: 'templates',
    aliases: ['template', 'mails', 'mail', 'emails'],
    usage: 'templates',
    summary: 'Edits the mails to developers: preview one, send yourself a test, restore the default text.',
    example: '/apim-user templates',
    who: 'admins',
    run: async (request) => request.reply(await templatesPage(request)),
  },
  buttons: {
    'menu-templates': async (request) => request.reply(await templatesPage(request)),
    'template-edit': (request, template) =>
      openModalFor(request, saveTemplate, { template }, async ({ context }) =>
        templateModal(await showTemplate(context, { template })),
      ),
    'template-variables': (request, template) =>
      openModalFor(request, showTemplate, { template }, async ({ context }) =>
        variablesModal(await showTemplate(context, { template })),
      ),
    'template-preview': (request, template, typed) =>
      openModalFor(request, previewTemplate, { template }, async (attempting) => {
        const text = await typedOrSavedText(attempting, template, typed);
        return previewModal(await previewTemplate(attempting.context, { template, ...text }));
      }),
    'template-test': async (request, template, typed) => {
      const { to, ...text } = await attempt(request, sendTestOfTemplate, { template }, async (attempting) => {
        const { email } = request.actor;
        if (email) return { to: email, ...(await typedOrSavedText(attempting, template, typed)) };
        throw new DomainError('invalid_input', {
          fields: {
            'your email': "Slack doesn't know it, or this app isn't allowed to see it (users:read.email)",
          },
        });
      });
      await sendTestOfTemplate(request.context, { template, ...text, to });
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
  submissions: {
    'template-save': {
      check(values, { metadata, policy }) {
        const keeps = keepsXhtml(values, metadata);
        const blanks = blankErrors(values, {
          subject: 'Enter a subject',
          ...(keeps ? {} : { body: 'Enter a text' }),
        });
        if (keeps || Object.keys(blanks).length > 0) return blanks;
        const template = demandTemplate(String(metadata.name));
        return refusedFields(() => checkTemplateText({ policy }, template, typedText(values)));
      },
      async run(request, values, metadata) {
        const { subject, body } = typedText(values);
        const { title } = await saveTemplate(request.context, {
          template: String(metadata.name),
          expectedVersion: Number(metadata.version),
          subject,
          ...(keepsXhtml(values, metadata) ? {} : { body }),
        });
        return {
          text: `Saved *${escapeText(title)}*. Mails that are already on their way keep the old text.`,
        };
      },
    },
  },
};

async function templatesPage(request: SlackRequest): Promise<Message> {
  const { templates } = await listTemplates(request.context, {});
  const changed = templates.filter((one) => !one.isDefault).length;
  const text = `${templates.length} mails, ${changed} with your own text`;
  const occasions = [...new Set(templates.map(({ occasion }) => occasion))];
  return {
    text,
    blocks: [
      section(`*Mails to developers* · ${text}`),
      ...occasions.flatMap((occasion) => [
        header(occasion),
        ...templates.filter((one) => one.occasion === occasion).map(rowOf),
      ]),
    ],
  };
}

type Template = Awaited<ReturnType<typeof listTemplates>>['templates'][number];

function rowOf({ name, title, description, isInUse, isDefault, changedBy, changedAt }: Template) {
  const state = [
    `*${escapeText(title)}*`,
    ...(isInUse ? [] : ['not sent yet']),
    ...(isDefault || !changedAt
      ? []
      : [`your own text, by ${escapeText(changedBy ?? 'someone')}, ${formatDate(changedAt)}`]),
  ];
  return {
    ...section(`${state.join(' · ')}\n${escapeText(description)}`),
    accessory: button('template-edit', 'Edit', name, { label: `Edit ${title}` }),
  };
}

const typedText = (values: FormValues) => ({
  subject: textOf(values, 'subject'),
  body: textOf(values, 'body'),
});

/** An empty field stands for the XHTML that a program wrote, because the modal does not show XHTML. */
const keepsXhtml = (values: FormValues, { syntax }: Metadata): boolean =>
  syntax === 'xhtml' && textOf(values, 'body') === '';

async function typedOrSavedText(request: SlackRequest, template: string, typed: FormValues) {
  const { subject, body } = typedText(typed);
  if (body !== '') return { subject, body };
  const saved = await showTemplate(request.context, { template });
  return saved.syntax === 'xhtml' ? { subject, body: saved.body, syntax: saved.syntax } : { subject, body };
}
