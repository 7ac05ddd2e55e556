// The modals of a mail's text, which operators edit and preview.
import type { ModalView } from '@slack/types';
import { MAX_TEMPLATE_BODY_LENGTH, MAX_TEMPLATE_SUBJECT_LENGTH } from '../../operations/templates/input.ts';
import type { showTemplate } from '../../operations/templates/show.ts';
import {
  actions,
  button,
  context,
  divider,
  header,
  modal,
  plainSections,
  section,
  textInput,
} from '../present/blocks.ts';
import { escapeText, formatDate, joinLines } from '../present/text.ts';

type Template = Awaited<ReturnType<typeof showTemplate>>;

export function templateModal(template: Template): ModalView {
  const { name, version, title, description, subject, body, syntax, isDefault } = template;
  const variables = template.variables.map((one) => `\`$${one.name}\``).join(' ');
  const restore = button('template-restore', 'Restore default', name, {
    style: 'danger',
    ask: { text: "The default text replaces your own. This can't be undone.", yes: 'Restore' },
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
        hint: 'In Markdown. A link on its own line becomes a button. Every mail ends with our footer.',
      }),
      {
        ...section(`*Variables:* ${variables}`),
        accessory: button('template-variables', 'Explain', name, { label: 'Explain the variables' }),
      },
      actions([
        button('template-preview', 'Preview', name),
        button('template-test', 'Send me a test', name),
        ...(isDefault ? [] : [restore]),
      ]),
    ],
  });
}

const XHTML_NOTE =
  'A program wrote this text in XHTML. It stays as it is while the field below is empty; *Preview* shows it. ' +
  'Text that you write there replaces it.';

function changeText({ isDefault, changedBy, changedAt }: Template): string {
  if (isDefault || !changedAt)
    return 'This is the default text. Developers who read another language get it in theirs, until you change it here.';
  return (
    `Changed by ${escapeText(changedBy ?? 'someone')}, ${formatDate(changedAt)}. ` +
    'All developers get it as it is written, whatever their language.'
  );
}

export const variablesModal = ({ title, variables }: Template): ModalView =>
  modal({
    callback: 'done',
    title: 'Variables',
    blocks: [
      section(`*${escapeText(title)}* can use these. Each mail shows the developer's own values.`),
      ...joinLines(
        variables.map(
          (one) =>
            `\`$${one.name}\` · ${escapeText(one.title)}${one.sample ? `\n>${escapeText(one.sample)}` : ''}`,
        ),
      ).map(section),
    ],
  });

export const previewModal = (mail: { subject: string; text: string }): ModalView =>
  modal({
    callback: 'template-preview',
    title: 'Preview',
    blocks: [
      header(mail.subject),
      context('To Ann Lee, with sample values'),
      divider,
      ...plainSections(mail.text),
      divider,
      context('This is the plain text. *Send me a test* mails you the designed version.'),
    ],
  });
