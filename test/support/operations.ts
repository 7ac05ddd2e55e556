// Every operation there is, found by its file, so that a test of all of them can't miss a new one.
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Operation } from '../../src/operations/frame/operation.ts';

export type AnyOperation = Operation<never, unknown>;

const FOLDER = fileURLToPath(new URL('../../src/operations/', import.meta.url));

export async function findOperations(): Promise<Map<string, AnyOperation>> {
  const found = new Map<string, AnyOperation>();
  for (const folder of readdirSync(FOLDER, { withFileTypes: true })) {
    if (!folder.isDirectory()) continue;
    for (const file of readdirSync(`${FOLDER}${folder.name}`).filter((name) => name.endsWith('.ts'))) {
      const name = `${folder.name}/${file.replace(/\.ts$/, '')}`;
      const exports = Object.values((await import(`${FOLDER}${name}.ts`)) as Record<string, unknown>);
      const [operation, ...more] = exports.filter(isOperation);
      // The helpers of a noun are beside its operations.
      if (!operation) continue;
      if (more.length > 0) throw new Error(`${name} exports more than one operation`);
      if (operation.operation !== name) throw new Error(`${name} calls itself ${operation.operation}`);
      found.set(name, operation);
    }
  }
  return found;
}

const isOperation = (value: unknown): value is AnyOperation =>
  typeof value === 'function' && 'operation' in value && 'allowed' in value;
