// The modals of a mail's text, which operators edit and preview.
import type { KnownBlock, ModalView } from '@slack/types';
import { MAX_TEMPLATE_BODY_LENGTH, MAX_TEMPLATE_SUBJECT_LENGTH } from '../../operations/templates/input.ts';
import type { showTemplate } from '../../operations/templates/show.ts';
import {
  actions,
  button,
  context,
  divider,
  modal,
  plainSection,
  section,
  textInput,
} from '../present/blocks.ts';
import { escapeText, formatDate, MAX_SECTION_LENGTH } from '../present/text.ts';

type Template = Awaited<ReturnType<typeof showTemplate>>;

export function templateModal(template: Template): ModalView {
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
  return `Changed by ${escapeText(changedBy ?? 'someone')} ${formatDate(changedAt)}`;
}

export const previewModal = (mail: { subject: string; text: string }): ModalView =>
  modal({
    callback: 'template-preview',
    title: 'Preview',
    blocks: [
      section(`*Subject:* ${escapeText(mail.subject)}`),
      divider,
      ...plainSections(mail.text),
      context('The text part, with sample values. *Send a test to me* shows the designed one.'),
    ],
  });

/** Splits a long text between lines where it can. */
function plainSections(text: string): KnownBlock[] {
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
