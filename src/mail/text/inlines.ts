// Inlines of a template, in either syntax.
import type { TemplateInline } from './markdown.ts';
import { type Piece, sourceOf } from './pieces.ts';

/** The text without its markup. Variables stay as `$Name`. */
export function textOf(inlines: readonly TemplateInline[]): string {
  return inlines
    .map((inline) => {
      if (inline.kind === 'break') return '\n';
      if (inline.kind === 'link') return textOf(inline.label);
      return 'children' in inline ? textOf(inline.children) : sourceOf(inline.words);
    })
    .join('');
}

/** Removes spaces and breaks at both ends. */
export function trimmed(inlines: readonly TemplateInline[]): TemplateInline[] {
  const kept = [...inlines];
  const isBlank = (one: TemplateInline | undefined): boolean =>
    one !== undefined && (one.kind === 'break' || (one.kind === 'text' && textOf([one]).trim() === ''));
  while (isBlank(kept[0])) kept.shift();
  while (isBlank(kept.at(-1))) kept.pop();
  return kept.map((one, index) =>
    one.kind === 'text'
      ? { kind: 'text', words: cutEnds(one.words, { start: index === 0, end: index === kept.length - 1 }) }
      : one,
  );
}

function cutEnds(pieces: readonly Piece[], { start, end }: { start: boolean; end: boolean }): Piece[] {
  return pieces.map((piece, index) => {
    if (piece.kind !== 'literal') return piece;
    const from = start && index === 0 ? piece.words.trimStart() : piece.words;
    return { kind: 'literal', words: end && index === pieces.length - 1 ? from.trimEnd() : from };
  });
}
