// In a cycle of imports the order in which files run depends on which one is loaded first.
import { posix } from 'node:path';
import { expect, test } from 'vitest';
import { listFiles, readText } from './project-files.ts';
import { readSource } from './source-facts.ts';

type Graph = ReadonlyMap<string, readonly string[]>;

/** Our files that each file loads when it is loaded. Types and `import()` load nothing then. */
function readGraph(files: readonly string[], textOf: (file: string) => string): Graph {
  const own = ({ specifier, isType, isLazy }: { specifier: string; isType: boolean; isLazy: boolean }) =>
    specifier.startsWith('.') && !isType && !isLazy;
  return new Map(
    files.map((file) => [
      file,
      readSource(file, textOf(file))
        .imports.filter(own)
        .map(({ specifier }) => posix.join(posix.dirname(file), specifier)),
    ]),
  );
}

/** The first cycle from each file that is in one, as `a → b → a`. */
function findCycles(graph: Graph): string[] {
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) {
      cycles.push([...path.slice(path.indexOf(file)), file].join(' → '));
      return;
    }
    if (done.has(file)) return;
    for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  return cycles;
}

test('no file of src and emails imports a file that imports it', () => {
  const files = ['src', 'emails'].flatMap((folder) => listFiles(folder, /\.tsx?$/));
  expect(findCycles(readGraph(files, readText))).toEqual([]);
});

test('a cycle of three files is found, and one of types or lazy imports is not counted', () => {
  const texts: Record<string, string> = {
    'src/a.ts': "import './b.ts';\nimport type { D } from './d.ts';",
    'src/b.ts': "export * from './c.ts';",
    'src/c.ts': "import { a } from './a.ts';",
    'src/d.ts': "import './e.ts';",
    'src/e.ts': "const d = await import('./d.ts');",
  };
  const graph = readGraph(Object.keys(texts), (file) => texts[file] ?? '');
  expect(findCycles(graph)).toEqual(['src/a.ts → src/b.ts → src/c.ts → src/a.ts']);
});
