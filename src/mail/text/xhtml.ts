// Reads a template's XHTML into the same tree as Markdown.
import { textOf, trimmed } from './inlines.ts';
import { MAX_DEPTH, type TemplateBlock, type TemplateInline } from './markdown.ts';
import { type Piece, parsePieces, rejectDirectives, type Vocabulary } from './pieces.ts';
import { rejectTemplate } from './reject-template.ts';
import { readXml, type XmlElement, type XmlNode } from './xml-tree.ts';

const LEFT_OUT = new Set(['head']);
/** Replaced by their content, block after block: columns can't be read on a phone. */
const CONTAINERS = new Set([
  'html',
  'body',
  'div',
  'center',
  'table',
  'thead',
  'tbody',
  'tfoot',
  'tr',
  'td',
  'th',
]);
const INLINES = new Set([
  'a',
  'br',
  'strong',
  'b',
  'em',
  'i',
  'del',
  's',
  'code',
  'span',
  'font',
  'u',
  'small',
]);
const HEADING = /^h[1-6]$/;
/** Some of Azure's templates put a scheme before `$DevPortalUrl`. Our value has one already. */
const AZURE_SCHEME = /https?:\/\/(?=\$(?:DevPortalUrl\b|\{DevPortalUrl\}))/gi;

/**
 * Reads a body. A paragraph that is one link becomes a button. Outside `<pre>`, a run of spaces and line ends is one space.
 * Errors: `template_invalid`, as `readXml`, and for directives, unknown variables and too deep a nesting.
 */
export function readXhtml(xhtml: string, vocabulary: Vocabulary): TemplateBlock[] {
  rejectDirectives(xhtml, vocabulary.field);
  return readBlocks([readXml(xhtml)], vocabulary, 0);
}

const isInline = (node: XmlNode): boolean => typeof node === 'string' || INLINES.has(node.name);

function readBlocks(nodes: readonly XmlNode[], vocabulary: Vocabulary, depth: number): TemplateBlock[] {
  if (depth > MAX_DEPTH) rejectTemplate(vocabulary.field, 'The text is nested too deeply.');
  const blocks: TemplateBlock[] = [];
  let line: XmlNode[] = [];
  // Text between blocks becomes a paragraph.
  const flush = () => {
    blocks.push(...readParagraph(line, vocabulary, depth));
    line = [];
  };
  for (const node of nodes) {
    if (isInline(node)) {
      line.push(node);
      continue;
    }
    flush();
    blocks.push(...readBlock(node as XmlElement, vocabulary, depth));
  }
  flush();
  return blocks;
}

function readBlock(element: XmlElement, vocabulary: Vocabulary, depth: number): TemplateBlock[] {
  const { name, children } = element;
  if (LEFT_OUT.has(name)) return [];
  if (CONTAINERS.has(name)) return readBlocks(children, vocabulary, depth);
  if (HEADING.test(name)) {
    const words = readLine(children, vocabulary, depth);
    return words.length === 0 ? [] : [{ kind: 'heading', children: words }];
  }
  switch (name) {
    case 'p':
      return readParagraph(children, vocabulary, depth);
    case 'blockquote': {
      const blocks = readBlocks(children, vocabulary, depth + 1);
      return blocks.length === 0 ? [] : [{ kind: 'quote', blocks }];
    }
    case 'pre':
      return [{ kind: 'code', words: parsePieces(verbatim(element).replace(/^\n|\n$/g, ''), vocabulary) }];
    case 'hr':
      return [{ kind: 'rule' }];
    case 'ul':
    case 'ol':
      return readList(element, vocabulary, depth);
    default:
      return rejectMisplaced(element);
  }
}

function readList(list: XmlElement, vocabulary: Vocabulary, depth: number): TemplateBlock[] {
  const items = list.children.flatMap((node) => {
    if (typeof node === 'string') {
      if (node.trim() === '') return [];
      return rejectTemplate(vocabulary.field, `Line ${list.line}: in a list all words stand in <li>.`);
    }
    return node.name === 'li' ? [readBlocks(node.children, vocabulary, depth + 1)] : rejectMisplaced(node);
  });
  const start = Number(/^\d{1,5}$/.exec(list.attributes.start ?? '')?.[0] ?? 1);
  return items.length === 0 ? [] : [{ kind: 'list', isOrdered: list.name === 'ol', start, items }];
}

function readParagraph(nodes: readonly XmlNode[], vocabulary: Vocabulary, depth: number): TemplateBlock[] {
  const children = readLine(nodes, vocabulary, depth);
  const only = children.length === 1 ? children[0] : undefined;
  if (only?.kind === 'link' && only.label.length > 0) return [{ ...only, kind: 'button' }];
  return children.length === 0 ? [] : [{ kind: 'paragraph', children }];
}

/** Empty when there is nothing to see. */
function readLine(nodes: readonly XmlNode[], vocabulary: Vocabulary, depth: number): TemplateInline[] {
  const inlines = trimmed(readInlines(nodes, vocabulary, depth + 1));
  return inlines.some(isSeen) ? inlines : [];
}

function readInlines(nodes: readonly XmlNode[], vocabulary: Vocabulary, depth: number): TemplateInline[] {
  if (depth > MAX_DEPTH) rejectTemplate(vocabulary.field, 'The text is nested too deeply.');
  return joined(
    nodes.flatMap((node) =>
      typeof node === 'string' ? readText(node, vocabulary) : readInline(node, vocabulary, depth),
    ),
  );
}

/** Joins text that a comment or a `<span>` splits. Otherwise the check would miss an address across the split. */
function joined(inlines: readonly TemplateInline[]): TemplateInline[] {
  const all: TemplateInline[] = [];
  for (const inline of inlines) {
    const last = all.at(-1);
    if (inline.kind === 'text' && last?.kind === 'text')
      all[all.length - 1] = { kind: 'text', words: joinedPieces([...last.words, ...inline.words]) };
    else all.push(inline);
  }
  return all;
}

function joinedPieces(pieces: readonly Piece[]): Piece[] {
  const all: Piece[] = [];
  for (const piece of pieces) {
    const last = all.at(-1);
    if (piece.kind === 'literal' && last?.kind === 'literal')
      all[all.length - 1] = { kind: 'literal', words: (last.words + piece.words).replace(/ {2,}/g, ' ') };
    else all.push(piece);
  }
  return all;
}

function readText(text: string, vocabulary: Vocabulary): TemplateInline[] {
  const words = text.replace(AZURE_SCHEME, '').replace(/[ \t\r\n]+/g, ' ');
  return words === '' ? [] : [{ kind: 'text', words: parsePieces(words, vocabulary) }];
}

function readInline(element: XmlElement, vocabulary: Vocabulary, depth: number): TemplateInline[] {
  const { name, children } = element;
  switch (name) {
    case 'br':
      return [{ kind: 'break' }];
    case 'strong':
    case 'b':
      return [{ kind: 'strong', children: readInlines(children, vocabulary, depth + 1) }];
    case 'em':
    case 'i':
      return [{ kind: 'em', children: readInlines(children, vocabulary, depth + 1) }];
    case 'del':
    case 's':
      return [{ kind: 'del', children: readInlines(children, vocabulary, depth + 1) }];
    case 'code':
      return [{ kind: 'code', words: parsePieces(verbatim(element).replace(/\s+/g, ' '), vocabulary) }];
    case 'a':
      return readLink(element, vocabulary, depth);
    case 'span':
    case 'font':
    case 'u':
    case 'small':
      return readInlines(children, vocabulary, depth);
    default:
      return rejectMisplaced(element);
  }
}

function readLink(element: XmlElement, vocabulary: Vocabulary, depth: number): TemplateInline[] {
  rejectNestedLink(element);
  const label = trimmed(readInlines(element.children, vocabulary, depth + 1));
  // An anchor that marks a place has no use in a mail.
  if (element.attributes.href === undefined) return label;
  const address = element.attributes.href.trim().replace(AZURE_SCHEME, '');
  const words = textOf(label);
  if (words.trim() === '')
    rejectTemplate(
      vocabulary.field,
      `Line ${element.line}: the link to ${address.slice(0, 80)} has no words to click on.`,
    );
  if (/^mailto:/i.test(address)) {
    // As in Markdown, an email address is text. The reader's mail client makes a link of it.
    if (words.trim() === address.slice('mailto:'.length)) return label;
    return rejectTemplate(
      vocabulary.field,
      `Line ${element.line}: a link by mailto: has the address itself as its words.`,
    );
  }
  return [
    { kind: 'link', href: parsePieces(address, vocabulary), label: words.trim() === address ? [] : label },
  ];
}

function rejectNestedLink({ children }: XmlElement): void {
  for (const node of children) {
    if (typeof node === 'string') continue;
    if (node.name === 'a') rejectMisplaced(node);
    rejectNestedLink(node);
  }
}

const isSeen = (inline: TemplateInline): boolean =>
  inline.kind === 'link' ||
  inline.kind === 'code' ||
  (inline.kind !== 'break' && textOf([inline]).trim() !== '');

/** The text with its spaces, without inline markup. */
function verbatim({ children }: XmlElement): string {
  return children
    .map((node) => {
      if (typeof node === 'string') return node;
      if (node.name === 'br') return '\n';
      return INLINES.has(node.name) ? verbatim(node) : rejectMisplaced(node);
    })
    .join('');
}

function rejectMisplaced({ name, line }: XmlElement): never {
  return rejectTemplate('body', `Line ${line} has <${name}> where it can’t stand.`);
}
