// Texts for people that are written in the sources, so that those which the walk doesn't reach can be read too.
import { parseSync } from 'oxc-parser';
import { listFiles, readText } from '../structure/project-files.ts';

type Node = { type: string; [key: string]: unknown };

/** A text with holes where values come in. */
type Written = { file: string; pieces: string[] };

const HOLE = '…';

/** Every text in these folders that reads like words for a person. */
export const textsIn = (folders: readonly string[]): Written[] =>
  folders
    .flatMap((folder) => listFiles(folder, /\.tsx?$/))
    .flatMap((file) => {
      const found: string[][] = [];
      collect(parseSync(file, readText(file)).program as unknown as Node, found);
      return found.filter(isForPeople).map((pieces) => ({ file, pieces }));
    });

export const asLine = ({ pieces }: Written): string => pieces.join(HOLE).replace(/\s+/g, ' ').trim();

/** Whether each piece between the holes is on the page. */
export function isOn(pageText: string, { pieces }: Written): boolean {
  // A mail's own text has variables, and marks that its plain text leaves out.
  const all = pieces.flatMap((piece) => piece.split(/\$\w+|[*[\]>]+|\(\$\w+\)|\n| {2}- /));
  return all.every((piece) => pageText.includes(flat(piece).replace(/^\)[,.]?/, '')));
}

export const flat = (text: string): string =>
  text.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/\s+/g, ' ').trim();

/** Words with a space between, one of them in small letters; no style sheet, markup, query or class name. */
function isForPeople(pieces: string[]): boolean {
  const text = pieces.join(' ');
  return (
    /\p{L}{2,} \p{Ll}+/u.test(text) &&
    !/[{};]\s*$|^\s*[.#@:<]|=>|\b(select|insert|update|delete) .*(from|into|set|where)\b/i.test(text) &&
    !/^[a-z0-9 :/[\]-]+$/.test(
      text.trim().replace(/\b(is|has|a|the|to|at|not|or|of|and|it|for|in|no|with|was)\b/g, 'A'),
    )
  );
}

function collect(node: unknown, found: string[][]): void {
  if (Array.isArray(node)) {
    for (const one of node) collect(one, found);
    return;
  }
  if (typeof node !== 'object' || node === null) return;
  const one = node as Node;
  if (isForMachines(one)) return;
  if (one.type === 'Literal' && typeof one.value === 'string') found.push([one.value]);
  if (one.type === 'JSXText') found.push([String(one.value)]);
  if (one.type === 'TemplateLiteral')
    found.push((one.quasis as { value: { cooked: string } }[]).map(({ value }) => value.cooked));
  for (const [key, value] of Object.entries(one)) if (key !== 'quasis') collect(value, found);
}

/** Imports, log lines, errors of ours that are faults, queries and class names. */
function isForMachines(node: Node): boolean {
  const callee = (node.callee ?? node.tag) as Node | undefined;
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportAllDeclaration':
    case 'TSImportType':
      return true;
    case 'CallExpression':
      return callee?.type === 'MemberExpression' && /(^|[lL])og$/.test(nameOf(callee.object as Node));
    case 'NewExpression':
      return nameOf(callee) === 'Error';
    case 'TaggedTemplateExpression':
      return /sql/i.test(nameOf(callee));
    case 'JSXAttribute':
      return /^(className|d|style|href|viewBox)$/.test(nameOf(node.name as Node));
    default:
      return false;
  }
}

function nameOf(node: Node | undefined): string {
  if (node?.type === 'MemberExpression') return nameOf(node.property as Node);
  return typeof node?.name === 'string' ? node.name : '';
}
