// If-Match, as Azure's clients send it (lenient), and as its contract has it (strict).
import { describe, expect, it } from 'vitest';
import { forAllTests } from '../support/for-all-tests.ts';
import { startTestManagement } from '../support/management.ts';

const GROUP = { properties: { displayName: 'Partners' } };
const PATCHED = { properties: { displayName: 'Friends' } };

describe.each([
  ['lenient', {}],
  ['strict', { MANAGEMENT_PRECONDITIONS: 'strict' }],
] as const)('with %s preconditions', (mode, env) => {
  const t = forAllTests(() => startTestManagement(env));
  const ask = async (method: string, ifMatch?: string, body: unknown = GROUP) => {
    const headers: Record<string, string> = ifMatch === undefined ? {} : { 'if-match': ifMatch };
    return (await t.ask('groups/partners', { method, body, headers })).status;
  };
  const expectation = (lenient: number, strict: number) => (mode === 'lenient' ? lenient : strict);

  it(`a star creates ${expectation(1, 0) ? 'what is absent' : 'nothing'}, and an ETag never does`, async () => {
    expect(await ask('PUT', '"1"')).toBe(412);
    expect(await ask('PUT', '*')).toBe(expectation(201, 412));
    expect(await ask('PUT')).toBe(expectation(200, 201));
  });

  it(`PATCH and DELETE ${expectation(1, 0) ? 'need no' : 'need'} If-Match, and another version is refused`, async () => {
    expect(await ask('PATCH', '"99"', PATCHED)).toBe(412);
    expect(await ask('PATCH', undefined, PATCHED)).toBe(expectation(200, 428));
    expect(await ask('PATCH', '*', PATCHED)).toBe(200);
    expect(await ask('DELETE', '"99"')).toBe(412);
    expect(await ask('DELETE')).toBe(expectation(200, 428));
    expect(await ask('DELETE', '*')).toBe(expectation(204, 200));
  });
});
