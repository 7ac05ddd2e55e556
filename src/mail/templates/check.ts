import { DomainError, type FieldFaults } from '../../domain/domain-error.ts';
import { sayInEnglish } from '../../languages/say.ts';
import { allowedAddress, strayAddress } from '../text/link-hosts.ts';
import type { TemplateBlock, TemplateInline } from '../text/markdown.ts';
import { type Piece, parsePieces, rejectDirectives, sourceOf } from '../text/pieces.ts';
import { readBody } from '../text/read-body.ts';
import { rejectTemplate } from '../text/reject-template.ts';
import type { MailTemplate, TemplateText } from './template.ts';
import { writeValue } from './value.ts';
import { type VariableName, variableOf } from './variables.ts';

/** Azure's limit (EmailTemplate `subject`). */
const MAX_SUBJECT_LENGTH = 1_000;

/** The checks of `checkTemplate`. */
export function checkTextFor(template: MailTemplate, text: TemplateText, linkHosts: readonly string[]): void {
  const fields = {
    ...fieldErrors(() => checkSubject(template, text.subject)),
    ...fieldErrors(() => checkBody(template, text, linkHosts)),
  };
  if (Object.keys(fields).length > 0) throw new DomainError('template_invalid', { fields });
}

function fieldErrors(check: () => void): FieldFaults {
  try {
    check();
    return {};
  } catch (error) {
    if (error instanceof DomainError && error.detail.fields) return error.detail.fields;
    throw error;
  }
}

function checkSubject({ variables }: MailTemplate, subject: string): void {
  if (subject.trim() === '') rejectTemplate('subject', 'A mail needs a subject.');
  if (subject.length > MAX_SUBJECT_LENGTH)
    rejectTemplate('subject', `The subject is longer than ${MAX_SUBJECT_LENGTH} characters.`);
  if (/[\r\n]/.test(subject.trim())) rejectTemplate('subject', 'A subject is one line.');
  rejectDirectives(subject, 'subject');
  for (const piece of parsePieces(subject, { field: 'subject', variables })) {
    if (piece.kind === 'variable' && isLinkPart(piece.name)) {
      rejectTemplate(
        'subject',
        `$${piece.name} belongs into the body: subjects are shown on locked screens and kept in logs.`,
      );
    }
  }
  const stray = strayAddress(subject, []);
  if (stray) rejectTemplate('subject', `“${stray}” belongs into the body: a subject has no links.`);
}

function checkBody(template: MailTemplate, text: TemplateText, linkHosts: readonly string[]): void {
  if (text.body.trim() === '') rejectTemplate('body', 'A mail needs a text.');
  const blocks = readBody(text, { field: 'body', variables: template.variables });
  if (blocks.length === 0) rejectTemplate('body', 'A mail needs a text.');
  const check: LinkCheck = { hosts: linkHosts, linked: new Set() };
  for (const block of blocks) visitBlock(block, check);
  const required = template.requiredLink;
  if (required && !check.linked.has(required) && !check.linked.has('ConfirmQuery')) {
    const link = text.syntax === 'xhtml' ? `<a href="$${required}">words</a>` : `[words]($${required})`;
    rejectTemplate('body', `This mail is of no use without its link: add ${link}.`);
  }
}

type LinkCheck = { hosts: readonly string[]; linked: Set<VariableName> };

function visitBlock(block: TemplateBlock, check: LinkCheck): void {
  switch (block.kind) {
    case 'quote':
      for (const inner of block.blocks) visitBlock(inner, check);
      return;
    case 'list':
      for (const inner of block.items.flat()) visitBlock(inner, check);
      return;
    case 'button':
      visitLink(block.href, block.label, check);
      return;
    case 'code':
      rejectStrayAddress(block.words, check.hosts);
      return;
    case 'paragraph':
    case 'heading':
      for (const inline of block.children) visitInline(inline, check);
  }
}

function visitInline(inline: TemplateInline, check: LinkCheck): void {
  if (inline.kind === 'link') visitLink(inline.href, inline.label, check);
  else if ('children' in inline) for (const child of inline.children) visitInline(child, check);
  else if (inline.kind === 'code') rejectStrayAddress(inline.words, check.hosts);
  else if (inline.kind === 'text') {
    rejectStrayAddress(inline.words, check.hosts);
    // The renderer makes a link of a link variable in a text.
    for (const piece of inline.words) {
      if (piece.kind === 'variable' && variableOf(piece.name).kind === 'link') check.linked.add(piece.name);
    }
  }
}

function visitLink(href: readonly Piece[], label: readonly TemplateInline[], check: LinkCheck): void {
  const only = href.length === 1 ? href[0] : undefined;
  if (only?.kind === 'variable' && variableOf(only.name).kind === 'link') {
    check.linked.add(only.name);
  } else {
    visitWrittenAddress(href, check);
  }
  for (const inline of label) {
    if (inline.kind !== 'link') visitInline(inline, { ...check, linked: new Set() });
  }
}

/** The operator typed this address. It may contain our host or the one-time link's query as variables. */
function visitWrittenAddress(href: readonly Piece[], check: LinkCheck): void {
  const address = href
    .map((piece) => (piece.kind === 'literal' ? piece.words : sampleLinkPart(piece.name, check)))
    .join('');
  if (!allowedAddress(address, check.hosts)) {
    const places = check.hosts.map((host) => `https://${host}`).join(', ');
    rejectTemplate(
      'body',
      `The link to “${sourceOf(href).slice(0, 80)}” can’t be kept. Links are $ConfirmUrl, $DevPortalUrl, or lead ` +
        `to ${places}; the setting MAIL_LINK_HOSTS lists further hosts.`,
    );
  }
  for (const piece of href) if (piece.kind === 'variable') check.linked.add(piece.name);
}

function sampleLinkPart(name: VariableName, { hosts }: LinkCheck): string {
  const { kind, sample } = variableOf(name);
  if (kind === 'host') return hosts[0] ?? writeValue(sample, sayInEnglish);
  if (kind === 'query') return writeValue(sample, sayInEnglish);
  return rejectTemplate('body', `$${name} can’t be a part of a link.`);
}

function rejectStrayAddress(words: readonly Piece[], hosts: readonly string[]): void {
  // A variable counts as a blank, because an address such as "https://$Name" can't be checked.
  const stray = strayAddress(
    words.map((piece) => (piece.kind === 'literal' ? piece.words : ' ')).join(''),
    hosts,
  );
  if (stray)
    rejectTemplate(
      'body',
      `“${stray.slice(0, 80)}” would become a link, and leads to a host that isn’t ours.`,
    );
}

function isLinkPart(name: VariableName): boolean {
  return (['link', 'query'] as const).some((kind) => kind === variableOf(name).kind);
}
