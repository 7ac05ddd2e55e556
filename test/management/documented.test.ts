import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { ROUTES } from '../../src/management/routes.ts';

it('the documentation lists exactly the operations that the management API answers', () => {
  const page = readFileSync(new URL('../../docs/management-api.md', import.meta.url), 'utf8');
  const table = page.slice(page.indexOf('## Operations'), page.indexOf('Whatever else'));
  const said = [...table.matchAll(/\b[A-Z][A-Za-z]+_[A-Za-z]+\b|\boperation(?:Results|sStatuses)\b/g)].map(
    ([name]) => name,
  );
  expect([...new Set(said)].sort()).toEqual([...new Set(ROUTES.map(({ operation }) => operation))].sort());
});
