// Splits a template's text at its variables: `$DevFirstName` or `${DevFirstName}`.
import damerauLevenshtein from 'damerau-levenshtein';
import { REFUSED_VARIABLES, type VariableName } from '../templates/variables.ts';
import { rejectTemplate, type TemplateField } from './reject-template.ts';

export type Piece = { kind: 'literal'; words: string } | { kind: 'variable'; name: VariableName };

/** The variables that a text may use, and the field that an error about it names. */
export type Vocabulary = { field: TemplateField; variables: readonly VariableName[] };

/** The distance to a longer one costs much memory, and no variable is as long. */
const MAX_NAME_COMPARED = 40;

// The last alternative finds what looks like a variable and isn't one, so that we refuse it instead of mailing it.
const PLACEHOLDER = /\$\{([A-Za-z]\w*)\}|\$([A-Za-z][A-Za-z0-9]*)|(\$!\{?\w+|\$\{[^}\n]{0,40}\}?)/g;
const DIRECTIVE = /#\{?(?:if|elseif|else|end|foreach|set|parse|include|macro|stop|break|evaluate|define)\b/;

/** Errors: `template_invalid`, naming an unknown or refused variable. */
export function parsePieces(text: string, vocabulary: Vocabulary): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(PLACEHOLDER)) {
    if (match.index > end) pieces.push({ kind: 'literal', words: text.slice(end, match.index) });
    const name = match[1] ?? match[2];
    if (name === undefined)
      rejectTemplate(vocabulary.field, `“${match[0]}” isn’t understood: write $Name or \${Name}.`);
    pieces.push({ kind: 'variable', name: knownVariable(name, vocabulary) });
    end = match.index + match[0].length;
  }
  if (end < text.length) pieces.push({ kind: 'literal', words: text.slice(end) });
  return pieces;
}

function knownVariable(name: string, { field, variables }: Vocabulary): VariableName {
  const known = variables.find((one) => one === name);
  if (known) return known;
  const reason = Object.hasOwn(REFUSED_VARIABLES, name) ? REFUSED_VARIABLES[name] : undefined;
  if (reason) rejectTemplate(field, `$${name} can’t be used: ${reason}.`);
  const nearest = nearestOf(name, variables);
  const names = variables.map((one) => `$${one}`).join(', ');
  const help = nearest ? `Did you mean $${nearest}?` : `It has ${names}.`;
  rejectTemplate(field, `$${name} isn’t a variable of this mail. ${help}`);
}

function nearestOf(name: string, variables: readonly VariableName[]): VariableName | null {
  const typed = name.slice(0, MAX_NAME_COMPARED).toLowerCase();
  const [best] = variables
    .map((one) => ({ one, mistakes: damerauLevenshtein(typed, one.toLowerCase()).steps }))
    .sort((a, b) => a.mistakes - b.mistakes);
  return best && best.mistakes <= best.one.length / 3 ? best.one : null;
}

/** The text that the pieces were parsed from, with variables as `$Name`. */
export function sourceOf(pieces: readonly Piece[]): string {
  return pieces.map((piece) => (piece.kind === 'literal' ? piece.words : `$${piece.name}`)).join('');
}

/** Errors: `template_invalid`, naming the line of the first directive of Azure's templates, such as `#if`. */
export function rejectDirectives(text: string, field: TemplateField): void {
  for (const [index, line] of text.split('\n').entries()) {
    const directive = DIRECTIVE.exec(line)?.[0];
    if (!directive) continue;
    rejectTemplate(
      field,
      `Line ${index + 1} has “${directive}”: there are no conditions or loops here. A paragraph whose optional ` +
        'variable is empty is left out by itself.',
    );
  }
}
