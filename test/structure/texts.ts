// Which texts the sources say, and what a message in ICU's syntax has in it.
import { IntlMessageFormat } from 'intl-messageformat';
import { parseSync } from 'oxc-parser';

type Node = { type: string; [key: string]: unknown };

/** Every string that a source has whole, such as the argument of `say('Sign in')` or a row of a table. */
export function literalsIn(file: string, text: string): string[] {
  return nodesOf(file, text).flatMap((node) => {
    if (node.type === 'Literal' && typeof node.value === 'string') return [node.value];
    const [only, ...more] = (node.type === 'TemplateLiteral' ? node.quasis : []) as Quasi[];
    return only && more.length === 0 ? [only.value.cooked] : [];
  });
}

type Quasi = { value: { cooked: string } };

/** Attributes whose value a person reads. */
const SHOWN = ['label', 'hint', 'button', 'title', 'alt', 'placeholder', 'aria-label', 'data-copy'];

/** Words that a page shows in one language only, because they are in its markup and not said. */
export function unsaidIn(file: string, text: string): string[] {
  return nodesOf(file, text).flatMap((node) => {
    if (node.type === 'JSXText') return wordsOf(String(node.value));
    if (node.type !== 'JSXAttribute') return [];
    const { name } = node.name as { name: unknown };
    const value = node.value as Node | null;
    return SHOWN.includes(String(name)) && value?.type === 'Literal' ? wordsOf(String(value.value)) : [];
  });
}

const wordsOf = (text: string): string[] => (/\p{L}{2,}/u.test(text) ? [text.trim()] : []);

function nodesOf(file: string, text: string): Node[] {
  const { program, errors } = parseSync(file, text);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`);
  const found: Node[] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if ('type' in value && typeof value.type === 'string') found.push(value as Node);
    for (const one of Object.values(value)) visit(one);
  };
  visit(program);
  return found;
}

/** Its values as `{name}` and its tags as `<name>`, each once, sorted. Throws when it can't be read. */
export function partsOfMessage(message: string, tag: string): string[] {
  const parts = new Set<string>();
  const visit = (elements: readonly Element[]): void => {
    for (const { type, value, options, children } of elements) {
      if (type === TAG) parts.add(`<${value}>`);
      else if (type !== LITERAL && type !== POUND) parts.add(`{${value}}`);
      for (const option of Object.values(options ?? {})) visit(option.value);
      visit(children ?? []);
    }
  };
  visit(new IntlMessageFormat(message, tag).getAst() as unknown as Element[]);
  return [...parts].sort();
}

/** Of ICU's syntax tree, as the library numbers them. */
const [LITERAL, POUND, TAG] = [0, 7, 8];
type Element = {
  type: number;
  value: string;
  options?: Record<string, { value: Element[] }>;
  children?: Element[];
};
