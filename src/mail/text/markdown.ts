// Reads a template's Markdown into a tree. Values are put into the tree later, so no value can be Markdown.
import { Lexer, type MarkedToken, type Token, type Tokens } from 'marked';
import type { Block, Inline } from '../../../emails/block.ts';
import { trimmed } from './inlines.ts';
import { type Piece, parsePieces, rejectDirectives, type Vocabulary } from './pieces.ts';
import { rejectTemplate } from './reject-template.ts';

export type TemplateBlock = Block<Piece[]>;
export type TemplateInline = Inline<Piece[]>;

const MAX_BODY_LENGTH = 10_000;
export const MAX_DEPTH = 8;

/**
 * Reads a body of at most 10,000 characters. A single line end is a break. A paragraph that is one link becomes a button.
 * Errors: `template_invalid` for HTML, images, tables, unknown variables, directives, too long or too deep a text.
 */
export function readMarkdown(markdown: string, vocabulary: Vocabulary): TemplateBlock[] {
  const { field } = vocabulary;
  if (markdown.length > MAX_BODY_LENGTH)
    rejectTemplate(field, `The text is longer than ${MAX_BODY_LENGTH} characters.`);
  const source = markdown.replace(/\r\n?/g, '\n').replaceAll('\0', '');
  rejectDirectives(source, field);
  return readBlocks(lex(source, vocabulary), vocabulary, 0);
}

function lex(source: string, { field }: Vocabulary): Token[] {
  try {
    return Lexer.lex(source, { gfm: true, breaks: true });
  } catch {
    // The lexer recurses: thousands of ">" or "*" in a row overflow the stack.
    rejectTemplate(field, 'The text is nested too deeply.');
  }
}

function readBlocks(tokens: readonly Token[], vocabulary: Vocabulary, depth: number): TemplateBlock[] {
  if (depth > MAX_DEPTH) rejectTemplate(vocabulary.field, 'The text is nested too deeply.');
  return tokens.flatMap((token) => readBlock(token as MarkedToken, vocabulary, depth));
}

function readBlock(token: MarkedToken, vocabulary: Vocabulary, depth: number): TemplateBlock[] {
  switch (token.type) {
    case 'space':
      return [];
    case 'def':
      // The lexer has already put the used definitions into links. Unused ones are not shown.
      return [];
    case 'paragraph':
    case 'text':
      return [readParagraph(token, vocabulary, depth)];
    case 'heading':
      return [{ kind: 'heading', children: readInlines(token.tokens, vocabulary, depth + 1) }];
    case 'blockquote':
      return [{ kind: 'quote', blocks: readBlocks(token.tokens, vocabulary, depth + 1) }];
    case 'list':
      return [
        {
          kind: 'list',
          isOrdered: token.ordered,
          start: token.start === '' ? 1 : token.start,
          items: token.items.map((item) => readBlocks(item.tokens, vocabulary, depth + 1)),
        },
      ];
    case 'code':
      return [{ kind: 'code', words: parsePieces(token.text, vocabulary) }];
    case 'hr':
      return [{ kind: 'rule' }];
    default:
      return rejectToken(token, vocabulary);
  }
}

function readParagraph(
  token: Tokens.Paragraph | Tokens.Text,
  vocabulary: Vocabulary,
  depth: number,
): TemplateBlock {
  const children = trimmed(readInlines(token.tokens ?? [], vocabulary, depth + 1));
  const only = children.length === 1 ? children[0] : undefined;
  return only?.kind === 'link' && only.label.length > 0
    ? { ...only, kind: 'button' }
    : { kind: 'paragraph', children };
}

function readInlines(tokens: readonly Token[], vocabulary: Vocabulary, depth: number): TemplateInline[] {
  if (depth > MAX_DEPTH) rejectTemplate(vocabulary.field, 'The text is nested too deeply.');
  return tokens.map((token) => readInline(token as MarkedToken, vocabulary, depth));
}

function readInline(token: MarkedToken, vocabulary: Vocabulary, depth: number): TemplateInline {
  switch (token.type) {
    case 'text':
      return { kind: 'text', words: parsePieces(token.text, vocabulary) };
    case 'escape':
      return { kind: 'text', words: [{ kind: 'literal', words: token.text }] };
    case 'strong':
    case 'em':
    case 'del':
      return { kind: token.type, children: readInlines(token.tokens, vocabulary, depth + 1) };
    case 'codespan':
      return { kind: 'code', words: parsePieces(token.text, vocabulary) };
    case 'br':
      return { kind: 'break' };
    case 'link':
      return readLink(token, vocabulary, depth);
    default:
      return rejectToken(token, vocabulary);
  }
}

function readLink(
  token: Tokens.Link & { autolink?: boolean },
  vocabulary: Vocabulary,
  depth: number,
): TemplateInline {
  // The lexer makes a link of a typed email address. The operator meant text.
  if (token.autolink && token.href.startsWith('mailto:')) {
    return { kind: 'text', words: parsePieces(token.text, vocabulary) };
  }
  if (token.text.trim() === '')
    rejectTemplate(vocabulary.field, `The link to ${token.href} has no words to click on.`);
  // A link without a label shows its address.
  const label = token.autolink ? [] : readInlines(token.tokens, vocabulary, depth + 1);
  return { kind: 'link', href: parsePieces(token.href, vocabulary), label };
}

function rejectToken(token: MarkedToken, { field }: Vocabulary): never {
  const start = token.raw.trim().split('\n', 1)[0]?.slice(0, 60) ?? '';
  switch (token.type) {
    case 'html':
      return rejectTemplate(
        field,
        `“${start}” is HTML. Write Markdown: **bold**, [words]($ConfirmUrl), - lists.`,
      );
    case 'image':
      return rejectTemplate(
        field,
        `“${start}” is an image. Mails carry no images: they load from elsewhere and tell who reads.`,
      );
    case 'table':
      return rejectTemplate(field, 'A table can’t be read on a phone. Write a list.');
    case 'checkbox':
      return rejectTemplate(field, 'A list with boxes can’t be ticked in a mail. Write a plain list.');
    default:
      return rejectTemplate(field, `“${start}” isn’t understood here.`);
  }
}
