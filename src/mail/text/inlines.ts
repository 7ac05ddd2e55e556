// What a line of a template says, whichever syntax it is written in.
import type { TemplateInline } from './markdown.ts';
import type { Piece } from './pieces.ts';

/** Its words alone, variables by name. */
export function textOf(inlines: readonly TemplateInline[]): string {
  return inlines
    .map((inline) => {
      if (inline.kind === 'break') return '\n';
      if (inline.kind === 'link') return textOf(inline.label);
      return 'children' in inline ? textOf(inline.children) : inline.words.map(written).join('');
    })
    .join('');
}

const written = (piece: Piece): string => (piece.kind === 'literal' ? piece.words : `$${piece.name}`);

/** Without the spaces and breaks at both ends. */
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
