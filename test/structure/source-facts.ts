// What a source file imports and which globals it reaches for, by parsing it.
import { parseSync } from 'oxc-parser';

/** `isType`: nothing of it is left at run time. `isLazy`: `import()`. */
type Import = { specifier: string; line: number; isType: boolean; isLazy: boolean };
/** `Date` is the machine's own time: `Date.now()`, `new Date()` or `Date()`. */
type Use = { what: 'process.env' | 'Math.random' | 'Date' | 'export default'; line: number };
export type SourceFacts = { imports: Import[]; uses: Use[] };

type Node = { type: string; start: number; [key: string]: unknown };

/** Throws when the file can't be parsed, because a file that is skipped would pass every rule. */
export function readSource(path: string, text: string): SourceFacts {
  const { program, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message}`);
  const facts: SourceFacts = { imports: [], uses: [] };
  const lineOf = lineFinder(text);
  visit(program as unknown as Node, (node) => {
    const found = importOf(node);
    if (found)
      facts.imports.push({ isLazy: node.type === 'ImportExpression', ...found, line: lineOf(node.start) });
    const what = useOf(node);
    if (what) facts.uses.push({ what, line: lineOf(node.start) });
  });
  return facts;
}

function importOf(node: Node): Omit<Import, 'line' | 'isLazy'> | null {
  const source = (node.source ?? node.moduleReference ?? node.argument) as Node | null | undefined;
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration':
      return source ? { specifier: String(source.value), isType: isTypeOnly(node) } : null;
    case 'TSImportType':
      return {
        specifier: String((source?.literal as Node | undefined)?.value ?? source?.value),
        isType: true,
      };
    case 'TSImportEqualsDeclaration':
      return { specifier: String((source?.expression as Node | undefined)?.value), isType: false };
    case 'ImportExpression':
      return { specifier: wordOf(source), isType: false };
    case 'CallExpression':
      return nameOf(node.callee as Node) === 'require'
        ? { specifier: wordOf((node.arguments as Node[])[0]), isType: false }
        : null;
    default:
      return null;
  }
}

/** A specifier that is built at run time can't be judged, so it becomes one that the table never allows. */
function wordOf(node: Node | null | undefined): string {
  return node?.type === 'Literal' ? String(node.value) : '(computed)';
}

function isTypeOnly(node: Node): boolean {
  if (node.importKind === 'type' || node.exportKind === 'type') return true;
  const specifiers = (node.specifiers ?? []) as Node[];
  return (
    specifiers.length > 0 && specifiers.every((one) => one.importKind === 'type' || one.exportKind === 'type')
  );
}

function useOf(node: Node): Use['what'] | null {
  if (node.type === 'ExportDefaultDeclaration') return 'export default';
  if (node.type === 'MemberExpression') {
    const property = node.property as Node;
    const member = node.computed ? String(property.value) : String(property.name);
    const owner = nameOf(node.object as Node).replace(/^globalThis\./, '');
    if (owner === 'process' && member === 'env') return 'process.env';
    if (owner === 'Math' && member === 'random') return 'Math.random';
    if (owner === 'Date' && member === 'now') return 'Date';
  }
  if (node.type === 'CallExpression' && isDate(node)) return 'Date';
  if (node.type === 'NewExpression' && isDate(node) && (node.arguments as Node[]).length === 0) return 'Date';
  // const { env } = process
  if (node.type === 'VariableDeclarator' && (node.id as Node).type === 'ObjectPattern') {
    const taken = ((node.id as Node).properties as Node[]).map((one) => (one.key as Node | undefined)?.name);
    if (nameOf(node.init as Node | null) === 'process' && taken.includes('env')) return 'process.env';
    if (nameOf(node.init as Node | null) === 'Math' && taken.includes('random')) return 'Math.random';
    if (nameOf(node.init as Node | null) === 'Date' && taken.includes('now')) return 'Date';
  }
  // import { env } from 'node:process'
  if (node.type === 'ImportDeclaration' && /^(node:)?process$/.test(String((node.source as Node).value))) {
    const taken = (node.specifiers as Node[]).map((one) => (one.imported as Node | undefined)?.name);
    if (taken.includes('env')) return 'process.env';
  }
  return null;
}

const isDate = (node: Node): boolean => nameOf(node.callee as Node).replace(/^globalThis\./, '') === 'Date';

function nameOf(node: Node | null | undefined): string {
  if (node?.type === 'Identifier') return String(node.name);
  if (node?.type === 'MemberExpression' && !node.computed)
    return `${nameOf(node.object as Node)}.${nameOf(node.property as Node)}`;
  return '';
}

function visit(node: unknown, see: (node: Node) => void): void {
  if (Array.isArray(node)) {
    for (const one of node) visit(one, see);
  } else if (typeof node === 'object' && node !== null) {
    if (typeof (node as Node).type === 'string') see(node as Node);
    for (const value of Object.values(node)) visit(value, see);
  }
}

function lineFinder(text: string): (offset: number) => number {
  return (offset) => text.slice(0, offset).split('\n').length;
}
