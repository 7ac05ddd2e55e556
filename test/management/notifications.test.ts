import { beforeAll, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { BASE, failureOf, GROUP, SERVICE, startTestManagement } from '../support/management.ts';

const CLOSED = 'AccountClosedPublisher';
const EMAILS = `notifications/${CLOSED}/recipientEmails`;
const USERS = `notifications/${CLOSED}/recipientUsers`;

const t = forAllTests(startTestManagement);
beforeAll(async () => {
  for (const id of ['ann', 'bob', 'eve']) {
    const properties = { email: `${id}@example.com`, firstName: id, lastName: 'Lee' };
    expect((await t.ask(`users/${id}`, { method: 'PUT', body: { properties } })).status).toBe(201);
  }
});

const put = (path: string) => t.ask(path, { method: 'PUT' });
const statusOf = async (method: string, path: string) => (await t.ask(path, { method })).status;

it('all of Azure’s notifications are listed and shown, under a name in any case', async () => {
  const found: string[] = [];
  for await (const { name = '', recipients } of t.client().notification.listByService(GROUP, SERVICE)) {
    found.push(name);
    expect(recipients).toEqual({ emails: [], users: [] });
  }
  expect(found).toHaveLength(7);
  expect((await t.client().notification.get(GROUP, SERVICE, 'bcc' as 'BCC')).name).toBe('BCC');
  expect((await t.client().notification.createOrUpdate(GROUP, SERVICE, 'BCC')).title).toBe('BCC');
  expect(await statusOf('GET', 'notifications/Weather')).toBe(404);
});

it('recipients are added, found, listed and taken out as the SDK does it', async () => {
  const { notificationRecipientEmail: emails, notificationRecipientUser: users } = t.client();
  const args = [GROUP, SERVICE, CLOSED, 'Ops@example.com'] as const;
  expect((await emails.checkEntityExists(...args)).body).toBe(false);
  expect(await emails.createOrUpdate(...args)).toMatchObject({
    id: `${BASE}/${EMAILS}/Ops@example.com`,
    type: 'Microsoft.ApiManagement/service/notifications/recipientEmails',
    name: 'Ops@example.com',
    email: 'Ops@example.com',
  });
  expect((await put(`${EMAILS}/ops@EXAMPLE.com`)).status).toBe(200);
  expect((await emails.checkEntityExists(...args)).body).toBe(true);
  expect((await put(`${USERS}/bob`)).status).toBe(201);
  expect((await put(`${USERS}/bob`)).body.properties).toEqual({ userId: `${BASE}/users/bob` });
  expect((await users.checkEntityExists(GROUP, SERVICE, CLOSED, 'bob')).body).toBe(true);
  expect((await users.checkEntityExists(GROUP, SERVICE, CLOSED, 'ann')).body).toBe(false);
  const { recipients } = await t.client().notification.get(GROUP, SERVICE, CLOSED);
  expect(recipients).toEqual({ emails: ['Ops@example.com'], users: [`${BASE}/users/bob`] });
  expect((await t.ask(EMAILS)).body).toMatchObject({ value: [{ name: 'Ops@example.com' }], count: 1 });
  expect((await t.ask(USERS)).body).toMatchObject({ value: [{ name: 'bob' }], count: 1 });
});

it('they get the mail when an account is deleted with `notify`, and none without', async () => {
  expect(await statusOf('DELETE', 'users/eve')).toBe(204);
  expect(await statusOf('DELETE', 'users/ann?notify=true')).toBe(204);
  const closed = () => t.slack.inbox.mails().filter(({ subject }) => subject.startsWith('The account of'));
  const mails = await eventually('two mails', () => (closed().length === 2 ? closed() : false));
  expect(mails.flatMap(({ to }) => to).sort()).toEqual(['Ops@example.com', 'bob@example.com']);
  for (const { subject, text } of mails) {
    expect(subject).toBe('The account of ann Lee was closed');
    expect(text).toContain('/apim-user restore ann@example.com');
  }
});

it('a user whose id was used before is another recipient than the former one', async () => {
  const properties = { email: 'eve2@example.com', firstName: 'Eve', lastName: 'Lee' };
  expect((await t.ask('users/eve', { method: 'PUT', body: { properties } })).status).toBe(201);
  expect((await put(`${USERS}/EVE`)).body.name).toBe('eve');
  expect(await statusOf('HEAD', `${USERS}/EVE`)).toBe(204);
  expect((await t.client().notification.get(GROUP, SERVICE, CLOSED)).recipients?.users).toContain(
    `${BASE}/users/eve`,
  );
  expect(await statusOf('DELETE', 'users/eve')).toBe(204);
  expect((await t.ask('users/eve', { method: 'PUT', body: { properties } })).status).toBe(201);
  expect(await statusOf('HEAD', `${USERS}/eve`)).toBe(404);
});

it('a second deletion has nothing to do', async () => {
  for (const path of [`${EMAILS}/OPS@example.com`, `${USERS}/bob`])
    expect([await statusOf('DELETE', path), await statusOf('DELETE', path)], path).toEqual([200, 204]);
  expect(await statusOf('DELETE', `${USERS}/nobody`)).toBe(204);
});

it.each([
  ['notifications/BCC/recipientEmails/a@example.com', 400, 'never sent'],
  [`${EMAILS}/no-email`, 400, 'email'],
  [`${USERS}/nobody`, 404, 'User not found'],
  [`${USERS}/1`, 405, 'recipientEmails'],
])('PUT %s is refused with %i and says why: %s', async (path, status, words) => {
  const refused = await put(path);
  expect([refused.status, refused.body.error.message.includes(words)], refused.text).toEqual([status, true]);
});

it('an approver’s program reads them and changes none', async () => {
  const token = await t.token('approver', { userId: t.slack.ids.approver });
  expect((await t.ask('notifications', { token })).status).toBe(200);
  for (const method of ['PUT', 'DELETE'])
    expect((await t.ask(`${EMAILS}/a@example.com`, { method, token })).status).toBe(403);
  expect(
    await failureOf(t.client(token).notificationRecipientEmail.delete(GROUP, SERVICE, CLOSED, 'a@b.example')),
  ).toMatchObject({ status: 403 });
});
