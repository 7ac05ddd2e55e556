// Puts values into a template's tree.
import type { Block, Inline } from '../../../emails/block.ts';
import { ENGLISH, type Language } from '../../languages/languages.ts';
import { type VariableName, variableOf } from '../templates/variables.ts';
import { cleanValue, shorten, unlink, unlinkWords } from './clean-value.ts';
import { allowedAddress } from './link-hosts.ts';
import type { TemplateBlock, TemplateInline } from './markdown.ts';
import type { Piece } from './pieces.ts';

const MAX_SENT_SUBJECT_LENGTH = 150;

export type Values = {
  /** The cleaned value. Empty when it is missing. */
  of: (name: VariableName) => string;
  /** What is shown instead of a missing value. */
  insteadOf: (name: VariableName) => string;
  /** Hosts that links may lead to, besides our own site. */
  linkHosts: readonly string[];
  ownOrigin: string;
};

export function createValues(
  variables: Readonly<Record<string, string>>,
  { language, ...places }: { ownOrigin: string; linkHosts: readonly string[]; language: Language },
): Values {
  return {
    ...places,
    insteadOf: (name) => (language === ENGLISH ? (variableOf(name).whenEmpty ?? '') : ''),
    of: (name) => cleanValue(Object.hasOwn(variables, name) ? (variables[name] ?? '') : ''),
  };
}

/** Fills in one line. Line ends in values become spaces. */
export function fillLine(pieces: readonly Piece[], values: Values): string {
  const line = joinPieces(pieces, values, { showLiteral: (words) => words, showFree: (value) => value });
  return line
    .replace(/\p{Cc}/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Fills in one line of at most 150 characters. */
export function fillSubject(pieces: readonly Piece[], values: Values): string {
  return shorten(fillLine(pieces, values), MAX_SENT_SUBJECT_LENGTH);
}

/** Fills in the blocks. Leaves out those whose optional variable is empty. */
export function fillBlocks(blocks: readonly TemplateBlock[], values: Values): Block[] {
  return blocks.flatMap((block) => fillBlock(block, values));
}

function fillBlock(block: TemplateBlock, values: Values): Block[] {
  switch (block.kind) {
    case 'paragraph':
    case 'heading': {
      if (block.children.some((child) => isLeftOut(child, values))) return [];
      const children = fillInlines(block.children, values);
      // A link without a text and with a refused address leaves nothing.
      return children.length > 0 ? [{ kind: block.kind, children }] : [];
    }
    case 'button':
      return fillButton(block, values);
    case 'code':
      return [{ kind: 'code', words: fillCode(block.words, values) }];
    case 'note':
      return [{ kind: 'note', words: fillWords(block.words, values) }];
    case 'rule':
      return [block];
    case 'quote': {
      const blocks = fillBlocks(block.blocks, values);
      return blocks.length > 0 ? [{ kind: 'quote', blocks }] : [];
    }
    case 'list': {
      const items = block.items.map((item) => fillBlocks(item, values)).filter((item) => item.length > 0);
      return items.length > 0 ? [{ ...block, items }] : [];
    }
  }
}

function fillButton(button: TemplateBlock & { kind: 'button' }, values: Values): Block[] {
  if (button.label.some((child) => isLeftOut(child, values))) return [];
  const href = fillAddress(button.href, values);
  if (href === '') return [];
  const label = fillInlines(button.label, values);
  return [href === null ? { kind: 'paragraph', children: label } : { kind: 'button', href, label }];
}

function fillInlines(inlines: readonly TemplateInline[], values: Values): Inline[] {
  return inlines.flatMap((inline) => fillInline(inline, values));
}

function fillInline(inline: TemplateInline, values: Values): Inline[] {
  switch (inline.kind) {
    case 'break':
      return [inline];
    case 'text':
      return fillText(inline.words, values);
    case 'code':
      return [{ kind: 'code', words: fillCode(inline.words, values) }];
    case 'link': {
      const href = fillAddress(inline.href, values);
      const label = inline.label.flatMap((child) => fillLabel(child, values));
      if (!href) return label;
      return [{ kind: 'link', href, label: label.length > 0 ? label : [{ kind: 'text', words: href }] }];
    }
    default:
      return [{ kind: inline.kind, children: fillInlines(inline.children, values) }];
  }
}

/** A link can't contain a link, so a link inside a label becomes text. */
function fillLabel(inline: TemplateInline, values: Values): Inline[] {
  if (inline.kind === 'text') return [{ kind: 'text', words: fillWords(inline.words, values) }];
  if (inline.kind === 'link') return inline.label.flatMap((child) => fillLabel(child, values));
  if ('children' in inline) {
    return [{ kind: inline.kind, children: inline.children.flatMap((child) => fillLabel(child, values)) }];
  }
  return fillInline(inline, values);
}

/** A link variable becomes a link. Line ends in values become breaks. */
function fillText(pieces: readonly Piece[], values: Values): Inline[] {
  const inlines: Inline[] = [];
  let pending: Piece[] = [];
  const flush = () => {
    const lines = fillWords(pending, values).split('\n');
    for (const [index, words] of lines.entries()) {
      if (index > 0) inlines.push({ kind: 'break' });
      if (words !== '') inlines.push({ kind: 'text', words });
    }
    pending = [];
  };
  for (const piece of pieces) {
    const href =
      piece.kind === 'variable' && variableOf(piece.name).kind === 'link' && fillAddress([piece], values);
    if (!href) {
      pending.push(piece);
      continue;
    }
    flush();
    inlines.push({ kind: 'link', href, label: [{ kind: 'text', words: href }] });
  }
  flush();
  return inlines;
}

function fillWords(pieces: readonly Piece[], values: Values): string {
  return joinPieces(pieces, values, { showLiteral: unlinkWords, showFree: unlink });
}

/** Readers copy code, so the template's own text stays as it is. `checkTemplate` has checked its addresses. */
function fillCode(pieces: readonly Piece[], values: Values): string {
  return joinPieces(pieces, values, { showLiteral: (words) => words, showFree: unlink });
}

type Show = { showLiteral: (words: string) => string; showFree: (value: string) => string };

function joinPieces(pieces: readonly Piece[], values: Values, show: Show): string {
  let text = '';
  for (const piece of pieces) {
    if (piece.kind === 'literal') {
      text += show.showLiteral(piece.words);
      continue;
    }
    const variable = variableOf(piece.name);
    const value = values.of(piece.name) || values.insteadOf(piece.name);
    // "Hi Ann $DevLastName," without a last name becomes "Hi Ann,".
    if (value === '') text = text.replace(/ $/, '');
    text += variable.kind === 'free' ? show.showFree(value) : value;
  }
  return text;
}

/** The address. Empty when its variable has no value, null when links may not lead to its host. */
function fillAddress(pieces: readonly Piece[], values: Values): string | null {
  const address = pieces
    .map((piece) => (piece.kind === 'literal' ? piece.words : values.of(piece.name)))
    .join('');
  if (address === '') return '';
  return allowedAddress(address, values.linkHosts, values.ownOrigin) ? address : null;
}

/** Whether it contains an optional variable without a value. */
function isLeftOut(inline: TemplateInline, values: Values): boolean {
  if (inline.kind === 'text' || inline.kind === 'code')
    return inline.words.some((piece) => isMissing(piece, values));
  if (inline.kind === 'link') return inline.label.some((child) => isLeftOut(child, values));
  return 'children' in inline && inline.children.some((child) => isLeftOut(child, values));
}

function isMissing(piece: Piece, values: Values): boolean {
  return (
    piece.kind === 'variable' && variableOf(piece.name).isOptional === true && values.of(piece.name) === ''
  );
}
