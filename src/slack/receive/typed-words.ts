// What Slack makes of typed text, undone: the words that the person meant.

const MAX_WORDS = 120;

/** Splits typed text into words: mailto links, escapes, smart quotes and long dashes become what was typed. */
export function splitWords(text: string): string[] {
  const plain = text
    .replace(/<mailto:([^|>]+)(?:\|[^>]*)?>/g, '$1')
    .replace(/<(https?:[^|>]+)(?:\|[^>]*)?>/g, '$1')
    .replace(/[\u201c\u201d\u201e]/g, '"')
    .replace(/[\u2018\u2019]/g, "'")
    .replace(/\u2014/g, '--')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
  // `group:"Early birds"` is one word too; quotes within a word are part of it.
  const words = plain.match(/(?:[a-z]+:)?"[^"]*"(?![^\s,])|[^\s,]+/g) ?? [];
  return words.slice(0, MAX_WORDS).map((word) => word.replace(/^([a-z]+:)?"(.*)"$/, '$1$2'));
}

/** The nearest of `known` to a mistyped word, if any is near. */
export function nearestWord(word: string, known: readonly string[]): string | null {
  const scored = known.map((one) => ({ one, distance: editDistance(word.toLowerCase(), one) }));
  scored.sort((a, b) => a.distance - b.distance);
  const [best] = scored;
  return best && best.distance <= Math.ceil(best.one.length / 3) ? best.one : null;
}

/** Two letters swapped count as one mistake: that is how fingers err. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  let before = row;
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwapped ? (before[j - 2] ?? 0) + 1 : substituted;
      next[j] = Math.min(substituted, swapped, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1);
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}
