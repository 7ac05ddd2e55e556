// The page that is written: headings, and under each what a person reads.
import { withoutChance } from './plain.ts';

export type Page = ReturnType<typeof createPage>;

/** As many lines in a row as were all shown before aren't shown again. */
const LONG_REPETITION = 6;

export function createPage() {
  const lines: string[] = [];
  const known = new Set<string>();
  function withoutRepetition(text: string): string {
    const kept: string[] = [];
    let run: string[] = [];
    const endRun = () => {
      kept.push(
        ...(run.filter(Boolean).length >= LONG_REPETITION ? [`… (${run.length} lines as above)`] : run),
      );
      run = [];
    };
    for (const line of text.split('\n')) {
      if (line === '' || known.has(line)) run.push(line);
      else {
        endRun();
        kept.push(line);
      }
    }
    endRun();
    for (const line of kept) known.add(line);
    return kept.join('\n');
  }

  /** A text that was shown before isn't shown again. */
  const shown = new Set<string>();
  /** A step after which there is nothing new to read has no heading. */
  let heading: string[] = [];
  return {
    chapter: (title: string, words = ''): void =>
      void lines.push(`## ${title}`, '', ...(words ? [words, ''] : [])),
    section(title: string): void {
      heading = [`### ${withoutChance(title)}`, ''];
    },
    /** What one person reads at one place. */
    says(where: string, text: string): void {
      const words = withoutChance(text.trim());
      if (words === '' || shown.has(words)) return;
      shown.add(words);
      lines.push(
        ...heading,
        ...(where ? [`${where}:`, ''] : []),
        '```text',
        withoutRepetition(words.replaceAll('```', "'''")),
        '```',
        '',
      );
      heading = [];
    },
    /** A text of a table, which is shown even where it is the same as another. */
    shows(text: string): void {
      lines.push(...heading, '```text', withoutChance(text.trim()), '```', '');
      heading = [];
    },
    lines(texts: readonly string[]): void {
      lines.push(...heading, '```text', ...texts, '```', '');
      heading = [];
    },
    /** Short texts by name, one a line. */
    list(rows: readonly (readonly [name: string, text: string])[]): void {
      lines.push(
        ...heading,
        ...rows.map(([name, text]) => `- \`${name}\`: ${withoutChance(text).replaceAll('\n', ' / ')}`),
        '',
      );
      heading = [];
    },
    text: (): string => `${lines.join('\n').trim()}\n`,
  };
}
