// Writes a template's tree as XHTML. `readXhtml` reads it back as the same tree.
import type { TemplateBlock, TemplateInline } from './markdown.ts';
import type { Piece } from './pieces.ts';

/** A whole document, like the templates of Azure API Management. */
export function writeXhtml(blocks: readonly TemplateBlock[]): string {
  return `<!DOCTYPE html>\n<html>\n<head />\n<body>\n${writeBlocks(blocks)}\n</body>\n</html>`;
}

const writeBlocks = (blocks: readonly TemplateBlock[]): string => blocks.map(writeBlock).join('\n');

function writeBlock(block: TemplateBlock): string {
  switch (block.kind) {
    case 'paragraph':
      return `<p>${writeInlines(block.children)}</p>`;
    case 'heading':
      return `<h2>${writeInlines(block.children)}</h2>`;
    case 'button':
      return `<p>${writeLink(block.href, block.label)}</p>`;
    case 'note':
      return `<p>${writePieces(block.words)}</p>`;
    case 'quote':
      return `<blockquote>\n${writeBlocks(block.blocks)}\n</blockquote>`;
    case 'code':
      return `<pre>\n${writePieces(block.words)}\n</pre>`;
    case 'rule':
      return '<hr />';
    case 'list': {
      const items = block.items.map((item) => `<li>\n${writeBlocks(item)}\n</li>`).join('\n');
      if (!block.isOrdered) return `<ul>\n${items}\n</ul>`;
      return `<ol${block.start === 1 ? '' : ` start="${block.start}"`}>\n${items}\n</ol>`;
    }
  }
}

const writeInlines = (inlines: readonly TemplateInline[]): string => inlines.map(writeInline).join('');

function writeInline(inline: TemplateInline): string {
  switch (inline.kind) {
    case 'text':
      // A dollar sign at the end must not form a variable with the next text.
      return endsInDollar(inline.words)
        ? `<span>${writePieces(inline.words)}</span>`
        : writePieces(inline.words);
    case 'break':
      return '<br />';
    case 'code':
      return `<code>${writePieces(inline.words)}</code>`;
    case 'link':
      return writeLink(inline.href, inline.label);
    default:
      return `<${inline.kind}>${writeInlines(inline.children)}</${inline.kind}>`;
  }
}

function endsInDollar(pieces: readonly Piece[]): boolean {
  const last = pieces.at(-1);
  return last?.kind === 'literal' && last.words.endsWith('$');
}

function writeLink(href: readonly Piece[], label: readonly TemplateInline[]): string {
  const address = writePieces(href);
  return `<a href="${address}">${label.length > 0 ? writeInlines(label) : address}</a>`;
}

/** Puts braces around a name when the next character would become part of it. */
function writePieces(pieces: readonly Piece[]): string {
  return pieces
    .map((piece, index) => {
      if (piece.kind === 'literal') return escaped(piece.words);
      const next = pieces[index + 1];
      const isFollowed = next?.kind === 'literal' && /^\w/.test(next.words);
      return isFollowed ? `\${${piece.name}}` : `$${piece.name}`;
    })
    .join('');
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (words: string): string =>
  words.replace(/[&<>"]/g, (character) => ESCAPES[character] ?? character);
