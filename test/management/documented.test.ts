import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { ROUTES } from '../../src/management/app.ts';
import { RESOURCE_MANAGER_ROUTES } from '../../src/management/arm.ts';

it('the documentation lists exactly the operations that the management API answers', () => {
  const page = readFileSync(new URL('../../docs/management-api.md', import.meta.url), 'utf8');
  const table = page.slice(page.indexOf('## Operations'), page.indexOf('Whatever else'));
  const said = [...table.matchAll(/\b[A-Z][A-Za-z]+_[A-Za-z0-9]+\b|\boperation(?:Results|sStatuses)\b/g)].map(
    ([name]) => name,
  );
  const answered = [...ROUTES, ...RESOURCE_MANAGER_ROUTES].map(({ operation }) => operation);
  expect([...new Set(said)].sort()).toEqual([...new Set(answered)].sort());
});
