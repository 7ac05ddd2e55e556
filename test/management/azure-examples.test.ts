// The published examples of api-version 2024-05-01 (github.com/Azure/azure-rest-api-specs, specification/apimanagement,
// MIT), kept as data in azure-examples/: each request is sent with our ids in place of theirs.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GROUP, SERVICE, startTestManagement, type TestManagement } from '../support/management.ts';

const FOLDER = fileURLToPath(new URL('./azure-examples/', import.meta.url));
type Example = {
  parameters: Record<string, unknown> & { parameters?: unknown };
  responses: Record<string, { body?: unknown; headers?: unknown }>;
};

/** File → method and path; `new`: with an id that is not used yet. */
const REQUESTS: Record<string, [method: string, path: string, how?: 'new' | 'refused']> = {
  CreateGroup: ['PUT', 'groups/{groupId}', 'new'],
  CreateGroupUser: ['PUT', 'groups/{groupId}/users/{userId}'],
  CreateUser: ['PUT', 'users/{userId}', 'new'],
  DeleteGroup: ['DELETE', 'groups/{groupId}'],
  DeleteGroupUser: ['DELETE', 'groups/{groupId}/users/{userId}'],
  DeleteUser: ['DELETE', 'users/{userId}'],
  GetGroup: ['GET', 'groups/{groupId}'],
  GetUser: ['GET', 'users/{userId}'],
  HeadGroup: ['HEAD', 'groups/{groupId}'],
  HeadGroupUser: ['HEAD', 'groups/{groupId}/users/{userId}'],
  HeadUser: ['HEAD', 'users/{userId}'],
  ListGroupUsers: ['GET', 'groups/{groupId}/users'],
  ListGroups: ['GET', 'groups'],
  ListUserGroups: ['GET', 'users/{userId}/groups'],
  ListUserIdentities: ['GET', 'users/{userId}/identities'],
  ListUsers: ['GET', 'users'],
  UpdateGroup: ['PATCH', 'groups/{groupId}'],
  UpdateUser: ['PATCH', 'users/{userId}'],
  UserConfirmationPasswordSend: ['POST', 'users/{userId}/confirmations/password/send'],
  UserGenerateSsoUrl: ['POST', 'users/{userId}/generateSsoUrl'],
  // docs/management-api.md says why.
  UserToken: ['POST', 'users/{userId}/token', 'refused'],
};
const files = readdirSync(FOLDER);

let t: TestManagement;
beforeAll(async () => {
  t = await startTestManagement();
});
afterAll(() => t?.close());

let count = 0;
const next = (): string => {
  count += 1;
  return `example-${count}`;
};
async function existing() {
  const [userId, groupId] = [next(), next()];
  const client = t.client();
  const person = { email: `${userId}@example.com`, firstName: 'foo', lastName: 'bar', note: 'a note' };
  await client.user.createOrUpdate(GROUP, SERVICE, userId, person);
  await client.group.createOrUpdate(GROUP, SERVICE, groupId, {
    displayName: groupId,
    description: 'a group',
  });
  await client.groupUser.create(GROUP, SERVICE, groupId, userId);
  return { userId, groupId };
}
/** The examples share a few emails and names, which earlier requests may have taken. */
function fresh(value: unknown): unknown {
  const text = JSON.stringify(value)
    .replaceAll('foobar@outlook.com', `${next()}@example.com`)
    .replace(/"displayName":"[^"]*"/g, `"displayName":"${next()}"`);
  return JSON.parse(text);
}

/** `a.b[]: string` for each leaf. For a list: the leaves that all its items have. */
function shapeOf(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) {
    const shapes = value.map((item) => shapeOf(item, `${path}[]`));
    const [first = [], ...rest] = shapes;
    return first.filter((line) => rest.every((shape) => shape.includes(line)));
  }
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([key, one]) => shapeOf(one, path ? `${path}.${key}` : key));
  return [`${path}: ${value === null ? 'null' : typeof value}`];
}
/** Leaves that our answers may add: all are in the specification's tables. */
const MORE = [
  /properties\.(builtIn|description|note)\b/,
  /properties\.groups\[\]/,
  /properties\.identities\[\]/,
  /^count:/,
];

/** Not given where there is none, and `externalId` never: see docs/management-api.md. */
const LESS = [/properties\.description\b/, /properties\.externalId\b/];

describe('a published example of Azure', () => {
  it('is replayed for every file in the folder', () => {
    expect(files.map((name) => name.replace(/^ApiManagement|\.json$/g, '')).sort()).toEqual(
      Object.keys(REQUESTS).sort(),
    );
  });

  it.each(Object.entries(REQUESTS))(
    'is answered with its status and shape: %s',
    async (name, [method, pattern, how]) => {
      const { parameters, responses } = JSON.parse(
        readFileSync(`${FOLDER}ApiManagement${name}.json`, 'utf8'),
      ) as Example;
      const ids: Record<string, string> =
        how === 'new' ? { userId: next(), groupId: next() } : await existing();
      const path = pattern.replace(/\{(\w+)\}/g, (_, id: string) => ids[id] ?? '');
      const ifMatch = parameters['If-Match'];
      const answer = await t.ask(path, {
        method,
        ...(parameters.parameters === undefined ? {} : { body: fresh(parameters.parameters) }),
        ...(typeof ifMatch === 'string' ? { headers: { 'if-match': ifMatch } } : {}),
      });
      if (how === 'refused') {
        expect([answer.status, answer.body.error.code]).toEqual([405, 'MethodNotAllowed']);
        return;
      }
      expect(Object.keys(responses)).toContain(String(answer.status));
      const wanted = responses[answer.status]?.body;
      expect(answer.body === null).toBe(wanted === undefined);
      if (wanted === undefined) return;
      const [ours, theirs] = [shapeOf(answer.body), shapeOf(wanted)];
      const missing = theirs.filter(
        (line) => !ours.includes(line) && !LESS.some((known) => known.test(line)),
      );
      expect(missing).toEqual([]);
      const added = ours.filter((line) => !theirs.includes(line) && !MORE.some((known) => known.test(line)));
      expect(added).toEqual([]);
    },
  );
});
