// What a template must be before it is kept.
import { DomainError } from '../../domain/domain-error.ts';
import { allowedAddress, strayAddress } from '../text/link-hosts.ts';
import type { TemplateBlock, TemplateInline } from '../text/markdown.ts';
import { cutIntoPieces, type Piece, refuseDirectives } from '../text/pieces.ts';
import { readBody } from '../text/read-body.ts';
import { refuse } from '../text/refuse.ts';
import type { MailTemplate, TemplateText } from './template.ts';
import { type VariableName, variableOf } from './variables.ts';

/** Azure's limit (EmailTemplate `subject`). */
const MAX_SUBJECT_LENGTH = 1_000;

/**
 * Whether a text may be kept for a template. `linkHosts` are `name` or `name:port`, our own first.
 * Errors: `template_invalid`, with `fields.subject`, `fields.body` or both.
 */
export function checkTemplateText(
  template: MailTemplate,
  text: TemplateText,
  linkHosts: readonly string[],
): void {
  const fields = {
    ...complaint(() => checkSubject(template, text.subject)),
    ...complaint(() => checkBody(template, text, linkHosts)),
  };
  if (Object.keys(fields).length > 0) throw new DomainError('template_invalid', { fields });
}

function complaint(check: () => void): Record<string, string> {
  try {
    check();
    return {};
  } catch (error) {
    if (error instanceof DomainError && error.detail.fields) return error.detail.fields;
    throw error;
  }
}

function checkSubject({ variables }: MailTemplate, subject: string): void {
  if (subject.trim() === '') refuse('subject', 'A mail needs a subject.');
  if (subject.length > MAX_SUBJECT_LENGTH)
    refuse('subject', `The subject is longer than ${MAX_SUBJECT_LENGTH} characters.`);
  if (/[\r\n]/.test(subject.trim())) refuse('subject', 'A subject is one line.');
  refuseDirectives(subject, 'subject');
  for (const piece of cutIntoPieces(subject, { field: 'subject', variables })) {
    if (piece.kind === 'variable' && isLinkPart(piece.name)) {
      refuse(
        'subject',
        `$${piece.name} belongs into the body: subjects are shown on locked screens and kept in logs.`,
      );
    }
  }
  const stray = strayAddress(subject, []);
  if (stray) refuse('subject', `“${stray}” belongs into the body: a subject has no links.`);
}

function checkBody(template: MailTemplate, text: TemplateText, linkHosts: readonly string[]): void {
  if (text.body.trim() === '') refuse('body', 'A mail needs a text.');
  const blocks = readBody(text, { field: 'body', variables: template.variables });
  if (blocks.length === 0) refuse('body', 'A mail needs a text.');
  const found: Found = { hosts: linkHosts, linked: new Set() };
  for (const block of blocks) visitBlock(block, found);
  const required = template.requiredLink;
  if (required && !found.linked.has(required) && !found.linked.has('ConfirmQuery')) {
    const link = text.syntax === 'xhtml' ? `<a href="$${required}">words</a>` : `[words]($${required})`;
    refuse('body', `This mail is of no use without its link: add ${link}.`);
  }
}

type Found = { hosts: readonly string[]; linked: Set<VariableName> };

function visitBlock(block: TemplateBlock, found: Found): void {
  switch (block.kind) {
    case 'quote':
      for (const inner of block.blocks) visitBlock(inner, found);
      return;
    case 'list':
      for (const inner of block.items.flat()) visitBlock(inner, found);
      return;
    case 'button':
      visitLink(block.href, block.label, found);
      return;
    case 'code':
      refuseStrayAddress(block.words, found.hosts);
      return;
    case 'paragraph':
    case 'heading':
      for (const inline of block.children) visitInline(inline, found);
  }
}

function visitInline(inline: TemplateInline, found: Found): void {
  if (inline.kind === 'link') visitLink(inline.href, inline.label, found);
  else if ('children' in inline) for (const child of inline.children) visitInline(child, found);
  else if (inline.kind === 'code') refuseStrayAddress(inline.words, found.hosts);
  else if (inline.kind === 'text') {
    refuseStrayAddress(inline.words, found.hosts);
    // A link variable that stands in the words becomes a link.
    for (const piece of inline.words) {
      if (piece.kind === 'variable' && variableOf(piece.name).kind === 'link') found.linked.add(piece.name);
    }
  }
}

function visitLink(href: readonly Piece[], label: readonly TemplateInline[], found: Found): void {
  const only = href.length === 1 ? href[0] : undefined;
  if (only?.kind === 'variable' && variableOf(only.name).kind === 'link') {
    found.linked.add(only.name);
  } else {
    visitWrittenAddress(href, found);
  }
  for (const inline of label) {
    if (inline.kind !== 'link') visitInline(inline, { ...found, linked: new Set() });
  }
}

/** An address of the operator's own: a listed host, perhaps with our host or the link's query in it. */
function visitWrittenAddress(href: readonly Piece[], found: Found): void {
  const address = href
    .map((piece) => (piece.kind === 'literal' ? piece.words : standIn(piece.name, found)))
    .join('');
  if (!allowedAddress(address, found.hosts)) {
    const places = found.hosts.map((host) => `https://${host}`).join(', ');
    refuse(
      'body',
      `The link to “${writePieces(href).slice(0, 80)}” can’t be kept. Links are $ConfirmUrl, $DevPortalUrl, or lead ` +
        `to ${places}; the setting MAIL_LINK_HOSTS lists further hosts.`,
    );
  }
  for (const piece of href) if (piece.kind === 'variable') found.linked.add(piece.name);
}

function standIn(name: VariableName, { hosts }: Found): string {
  const { kind, sample } = variableOf(name);
  if (kind === 'host') return hosts[0] ?? sample;
  if (kind === 'query') return sample;
  return refuse('body', `$${name} can’t be a part of a link.`);
}

function refuseStrayAddress(words: readonly Piece[], hosts: readonly string[]): void {
  // A variable counts as a blank: "https://$Name" is an address that nobody could check.
  const stray = strayAddress(
    words.map((piece) => (piece.kind === 'literal' ? piece.words : ' ')).join(''),
    hosts,
  );
  if (stray)
    refuse('body', `“${stray.slice(0, 80)}” would become a link, and leads to a host that isn’t ours.`);
}

function isLinkPart(name: VariableName): boolean {
  return (['link', 'query'] as const).some((kind) => kind === variableOf(name).kind);
}

function writePieces(pieces: readonly Piece[]): string {
  return pieces.map((piece) => (piece.kind === 'literal' ? piece.words : `$${piece.name}`)).join('');
}
