// Makes a mail from a template's text and its values.
import type { Block } from '../../emails/block.ts';
import type { BrandColor } from '../domain/brand-color.ts';
import { ENGLISH, type Language } from '../languages/languages.ts';
import { type Say, sayIn } from '../languages/say.ts';
import { becauseOf, type MailName, type TemplateText, templateOf } from './templates/catalog.ts';
import { writeMoment } from './templates/value.ts';
import type { VariableName } from './templates/variables.ts';
import { createValues, fillBlocks, fillLine, fillSubject, type Values } from './text/fill.ts';
import type { TemplateBlock } from './text/markdown.ts';
import { parsePieces } from './text/pieces.ts';
import { previewOf, writePlainText } from './text/plain-text.ts';
import { readBody } from './text/read-body.ts';

export type Brand = {
  organizationName: string;
  supportEmail: string;
  publicUrl: string;
  /** Of buttons and links. Without one: ours. */
  color?: BrandColor | null;
};

export type MailInput = {
  template: MailName;
  text: TemplateText;
  variables: Readonly<Record<string, string>>;
  brand: Brand;
  /** That of the text and the variables: the lines that we add are in it. Without one: English. */
  language?: Language;
  /** When the mail's one-time link ends. */
  linkEndsAt?: Date;
  /** Ends what it was sent for, with one press; null or absent: nothing can be unsubscribed from. */
  unsubscribeUrl?: string | null | undefined;
  /** MAIL_LINK_HOSTS: where links may lead, besides `publicUrl`. A link to another host becomes plain text. */
  linkHosts?: readonly string[];
};

/** The mail's one-time link is missing, or leads to a former `PUBLIC_URL`. */
export class OwnLinkError extends Error {
  constructor(template: MailName) {
    super(`the mail ${template} has no link of our own site`);
    this.name = 'OwnLinkError';
  }
}

export type RenderedMail = { subject: string; html: string; text: string };

/**
 * Renders both parts of a mail, with the same content. Values are data: no value becomes Markdown, HTML or a link.
 * Errors: `template_invalid` for a text that `checkTemplate` refuses; an `OwnLinkError` when the mail's one-time link is
 * missing or not on our own site.
 */
export async function renderMail(input: MailInput): Promise<RenderedMail> {
  const { template: name, text, brand } = input;
  const template = templateOf(name);
  const say = sayIn(input.language ?? ENGLISH);
  const variables = withBrand(input, say);
  if (template.requiredLink) requireOwnLink(name, variables[template.requiredLink] ?? '', brand.publicUrl);
  const values = createValues(variables, {
    ownOrigin: new URL(brand.publicUrl).origin,
    linkHosts: input.linkHosts ?? [],
    language: say.language,
  });

  const written = readBody(text, { field: 'body', variables: template.variables });
  const filled = fillBlocks(written, values);
  const mentionsLink = mentions(written, 'ConfirmUrl') || mentions(written, 'ConfirmQuery');
  const blocks = mentionsLink && !mentions(written, 'LinkEnds') ? addLinkEnd(filled, values, say) : filled;
  const subject = fillSubject(
    parsePieces(text.subject, { field: 'subject', variables: template.variables }),
    values,
  );
  const because = parsePieces(becauseOf(name, say.language), {
    field: 'body',
    variables: [...template.variables, 'Because'],
  });
  const unsubscribe = input.unsubscribeUrl
    ? { words: say('Unsubscribe from news'), href: input.unsubscribeUrl }
    : null;
  const mail = {
    language: say.language,
    subject: subject || template.title,
    preview: previewOf(blocks),
    organizationName: values.of('OrganizationName'),
    color: brand.color ?? null,
    blocks,
    // The operator's words may be in any language.
    isInOtherWords: template.isBulk ?? false,
    unsubscribe,
    footer: writeFooter(fillLine(because, values), blocks, {
      ...brand,
      say,
      isToOperators: template.occasion === 'Operators',
    }),
  };
  // Loading React Email takes half a second and 45 MB, so a process loads it for its first mail.
  const [{ render }, { createElement }, { TemplatedMail }] = await Promise.all([
    import('react-email'),
    import('react'),
    import('../../emails/templated-mail.tsx'),
  ]);
  const html = await render(createElement(TemplatedMail, mail));
  return {
    subject: mail.subject,
    html,
    text: `${writePlainText(blocks)}\n\n---\n${footerText(mail)}\n`,
  };
}

const footerText = (mail: {
  footer: string[];
  unsubscribe: { words: string; href: string } | null;
}): string =>
  [...mail.footer, ...(mail.unsubscribe ? [`${mail.unsubscribe.words}: ${mail.unsubscribe.href}`] : [])].join(
    '\n\n',
  );

function withBrand({ variables, brand, linkEndsAt }: MailInput, say: Say): Record<string, string> {
  return {
    OrganizationName: brand.organizationName,
    DevPortalUrl: `${brand.publicUrl}/portal`,
    DevPortalHost: new URL(brand.publicUrl).host,
    ...variables,
    SupportEmail: brand.supportEmail,
    ...(linkEndsAt ? { LinkEnds: writeMoment(linkEndsAt, say) } : {}),
  };
}

function requireOwnLink(name: MailName, link: string, publicUrl: string): void {
  const isOwn = URL.canParse(link) && new URL(link).origin === new URL(publicUrl).origin;
  if (!isOwn) throw new OwnLinkError(name);
}

function mentions(blocks: readonly TemplateBlock[], name: VariableName): boolean {
  return JSON.stringify(blocks).includes(JSON.stringify({ kind: 'variable', name }));
}

/** Adds when the link ends: below the first button, or at the end. */
function addLinkEnd(blocks: readonly Block[], values: Values, say: Say): Block[] {
  const ends = values.of('LinkEnds');
  if (ends === '') return [...blocks];
  const note: Block = { kind: 'note', words: say('The link works once, until {moment}.', { moment: ends }) };
  const after = blocks.findIndex((block) => block.kind === 'button') + 1 || blocks.length;
  return [...blocks.slice(0, after), note, ...blocks.slice(after)];
}

/** No template can remove the footer. */
function writeFooter(
  because: string,
  blocks: readonly Block[],
  { publicUrl, supportEmail, isToOperators, say }: Brand & { isToOperators: boolean; say: Say },
): string[] {
  const hosts = new Set([new URL(publicUrl).host, ...linkedHosts(blocks)]);
  return [
    because,
    say('Links in our mails lead only to {hosts}. We never ask for a password or a key by mail.', {
      hosts: say.list([...hosts]),
    }),
    // Developers' questions come there; operators have no one to ask but themselves.
    ...(isToOperators
      ? []
      : [say('Questions? Reply to this mail, or write to {email}.', { email: supportEmail })]),
  ];
}

function linkedHosts(blocks: readonly Block[]): string[] {
  const hrefs = JSON.stringify(blocks).matchAll(/"href":("(?:[^"\\]|\\.)*")/g);
  return [...hrefs].map(([, href]) => new URL(JSON.parse(href ?? '""')).host);
}
