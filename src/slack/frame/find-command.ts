// Which subcommand a typed word means: its name, an alias, or a misspelling of one.
import damerauLevenshtein from 'damerau-levenshtein';
import type { Command } from './feature.ts';

const MAX_SUGGESTIONS = 3;
/** Shorter words are near to almost anything. */
const SHORTEST_MISSPELT = 3;
const SHORTEST_BEGINNING = 3;
/** What turns a word into its opposite. */
const NEGATIONS = ['un', 'de', 'dis', 'in', 'non', 'not', 'dont', "don't"];

type Named = Pick<Command, 'name' | 'aliases' | 'opposite'>;

/** The subcommand of that name, or all that have the alias. `reset password` is `reset-password` too. */
export function findCommands<Some extends Named>(
  commands: readonly Some[],
  words: readonly string[],
): { found: Some[]; rest: string[] } {
  const [first = '', second = '', ...others] = words.map((word) => word.toLowerCase());
  const joined = commands.find(({ name }) => name === `${first}-${second}`);
  if (joined) return { found: [joined], rest: words.slice(2, 2 + others.length) };
  const named = commands.find(({ name }) => name === first);
  const found = named ? [named] : commands.filter(({ aliases = [] }) => aliases.includes(first));
  return { found, rest: words.slice(1) };
}

/**
 * The subcommands that a mistyped word may mean, at most three. Never one that does the opposite: `unblok` is no
 * misspelling of `block`, and a word as near to `activate` as to `deactivate` gets none.
 */
export function suggestCommands<Some extends Named>(commands: readonly Some[], word: string): Some[] {
  const typed = word.toLowerCase();
  const nearest = nearestTo(commands, typed);
  const negated = NEGATIONS.filter((prefix) => typed.startsWith(prefix))
    .map((prefix) => nearestTo(commands, typed.slice(prefix.length).replace(/^-/, ''), prefix))
    .find(({ mistakes }) => mistakes < nearest.mistakes);
  const found = negated
    ? commands.filter(({ name }) => negated.found.some(({ opposite }) => opposite === name))
    : nearest.found.length > 0
      ? nearest.found
      : beginningWith(commands, typed);
  const hasOpposites = found.some(({ opposite }) => found.some(({ name }) => name === opposite));
  return hasOpposites || found.length > MAX_SUGGESTIONS ? [] : found;
}

const wordsOf = ({ name, aliases = [] }: Named): string[] => [
  name,
  ...aliases.filter((alias) => alias.length >= SHORTEST_MISSPELT),
];

/** The subcommands with the fewest mistakes. Words that begin with `exceptWith` are left out. */
function nearestTo<Some extends Named>(
  commands: readonly Some[],
  typed: string,
  exceptWith?: string,
): { found: Some[]; mistakes: number } {
  const near = commands.map((command) => ({
    command,
    mistakes: Math.min(
      ...wordsOf(command)
        .filter((word) => !exceptWith || !word.startsWith(exceptWith))
        .map((word) => mistakesIn(typed, word)),
    ),
  }));
  const mistakes = Math.min(...near.map((one) => one.mistakes));
  if (mistakes === Number.POSITIVE_INFINITY) return { found: [], mistakes };
  return { found: near.filter((one) => one.mistakes === mistakes).map(({ command }) => command), mistakes };
}

/** Infinite when the word isn't near. Two swapped letters count as one mistake. */
function mistakesIn(typed: string, word: string): number {
  const max = Math.ceil(word.length / 3);
  // A much longer word can't be near, and its distance would cost much memory.
  if (Math.abs(word.length - typed.length) > max) return Number.POSITIVE_INFINITY;
  const { steps } = damerauLevenshtein(typed, word);
  return steps <= max ? steps : Number.POSITIVE_INFINITY;
}

const beginningWith = <Some extends Named>(commands: readonly Some[], typed: string): Some[] =>
  typed.length < SHORTEST_BEGINNING
    ? []
    : commands.filter((command) => wordsOf(command).some((word) => word.startsWith(typed)));
