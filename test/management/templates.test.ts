import type { ApiManagementClient, EmailTemplateContract } from '@azure/arm-apimanagement';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { forAllTests } from '../support/for-all-tests.ts';
import { LETTER } from '../support/letter.ts';
import { failureOf, GROUP, SERVICE, startTestManagement } from '../support/management.ts';

const INVITE = 'inviteUserNotificationMessage';
const t = forAllTests(startTestManagement);
let client: ApiManagementClient;
beforeAll(async () => {
  client = t.client();
});
beforeEach(() => client.emailTemplate.delete(GROUP, SERVICE, INVITE, '*'));

const get = () => client.emailTemplate.get(GROUP, SERVICE, INVITE);
const put = (properties: object, name = INVITE, headers: Record<string, string> = {}) =>
  t.ask(`templates/${name}`, { method: 'PUT', body: { properties }, headers });
async function all(filter?: string): Promise<EmailTemplateContract[]> {
  const found: EmailTemplateContract[] = [];
  const options = filter ? { filter } : {};
  for await (const one of client.emailTemplate.listByService(GROUP, SERVICE, options)) found.push(one);
  return found;
}

describe('the templates', () => {
  it('are listed by name, each with the fields that Azure publishes', async () => {
    const found = await all();
    const names = found.map(({ name = '' }) => name);
    expect(names).toEqual([...names].sort());
    expect(names.length).toBeGreaterThan(15);
    for (const one of found) {
      expect(one).toMatchObject({ isDefault: true, type: 'Microsoft.ApiManagement/service/templates' });
      expect(one.body).toMatch(/^<!DOCTYPE html>\n<html>\n<head \/>\n<body>\n.*<\/body>\n<\/html>$/s);
      for (const { name, title } of one.parameters ?? []) {
        expect(name).toMatch(/^[A-Za-z0-9-._]{1,256}$/);
        expect(title).toMatch(/./);
      }
    }
    const invite = found.find(({ name }) => name === 'InviteUserNotificationMessage');
    expect(invite).toMatchObject({
      title: 'Invite user',
      subject: expect.stringContaining('$OrganizationName'),
    });
    expect(invite?.body).toContain('<a href="$ConfirmUrl">Accept the invitation</a>');
    expect(invite?.parameters?.map(({ name }) => name)).toContain('ConfirmUrl');
  });

  it('come in pages, and their links lead to each template once', async () => {
    const names: string[] = [];
    const sizes: number[] = [];
    const pages = client.emailTemplate.listByService(GROUP, SERVICE, { top: 4 }).byPage();
    for await (const page of pages) {
      sizes.push(page.length);
      names.push(...page.map(({ name = '' }) => name));
    }
    expect(names).toEqual((await all()).map(({ name }) => name));
    expect(sizes.slice(0, -1).every((size) => size === 4)).toBe(true);
    const first = (await t.ask('templates?$top=4&$skip=2')).body;
    expect([first.count, first.value.length, first.value[0].name]).toEqual([names.length, 4, names[2]]);
  });

  it.each([
    ["name eq 'inviteusernotificationmessage'", /^InviteUserNotificationMessage$/],
    ["contains(properties/name, 'PASSWORD')", /Password/],
    ["startswith(name, 'Account') and not endswith(name, 'Developer')", /^Account(?!.*Developer$)/],
    ["name ge 'S' or name lt 'accountc'", /^S|^AccountA|^AccountB/],
  ])('are filtered by %s', async (filter, names) => {
    const found = (await all(filter)).map(({ name = '' }) => name);
    expect(found).toEqual((await all()).map(({ name = '' }) => name).filter((name) => names.test(name)));
    expect(found.length).toBeGreaterThan(0);
  });

  it.each([
    ["$filter=title%20eq%20'x'", '$filter'],
    ['$top=0', '$top'],
    ['$skip=-1', '$skip'],
    ['$skiptoken=%7B', '$skiptoken'],
  ])('are refused with %s', async (query, target) => {
    const { status, body } = await t.ask(`templates?${query}`);
    expect([status, body.error.code, body.error.details[0].target]).toEqual([400, 'ValidationError', target]);
  });
});

describe('a template', () => {
  it('is read, changed with its ETag, and restored, and an earlier ETag never comes back', async () => {
    const before = await get();
    expect(before).toMatchObject({ name: 'InviteUserNotificationMessage', isDefault: true });
    expect((await client.emailTemplate.getEntityTag(GROUP, SERVICE, INVITE)).eTag).toBe(before.eTag);
    const created = await put({ subject: 'Come in', body: LETTER });
    expect([created.status, created.body.name]).toEqual([201, 'InviteUserNotificationMessage']);
    expect(created.body.properties).toMatchObject({ subject: 'Come in', body: LETTER, isDefault: false });
    expect((await put({ subject: 'Come in' })).status).toBe(200);
    const { eTag = '', body } = await get();
    expect(body).toBe(LETTER);
    const updated = await client.emailTemplate.update(GROUP, SERVICE, 'InviteUserNotificationMessage', eTag, {
      subject: 'Do come in',
    });
    expect(updated).toMatchObject({ subject: 'Do come in', body: LETTER, isDefault: false });
    expect(updated.eTag).not.toBe(eTag);
    const late = { status: 412, code: 'PreconditionFailed' };
    const change = { subject: 'Too late' };
    const { emailTemplate } = client;
    expect(await failureOf(emailTemplate.update(GROUP, SERVICE, INVITE, eTag, change))).toMatchObject(late);
    expect(await failureOf(emailTemplate.delete(GROUP, SERVICE, INVITE, eTag))).toMatchObject(late);
    expect(
      await failureOf(emailTemplate.createOrUpdate(GROUP, SERVICE, INVITE, change, { ifMatch: eTag })),
    ).toMatchObject(late);
    expect((await get()).subject).toBe('Do come in');
    await emailTemplate.delete(GROUP, SERVICE, INVITE, updated.eTag ?? '');
    const restored = await get();
    expect(restored).toMatchObject({ subject: before.subject, body: before.body, isDefault: true });
    await put({ subject: 'Come in' });
    const seen = [before.eTag, eTag, updated.eTag, restored.eTag, (await get()).eTag];
    expect(new Set(seen).size).toBe(seen.length);
  });

  it('is deleted with 200, or with 204 when it was the default', async () => {
    await put({ subject: 'Ours' });
    const remove = (headers: Record<string, string>) =>
      t.ask(`templates/${INVITE}`, { method: 'DELETE', headers });
    expect((await remove({ 'if-match': '"99"' })).status).toBe(412);
    expect((await remove({})).status).toBe(200);
    expect((await remove({ 'if-match': '*' })).status).toBe(204);
  });

  it('can be sent back as it was read, and Slack can still edit it', async () => {
    const { subject = '', body = '', title, description, parameters = [] } = await get();
    const sent = {
      subject: `${subject}!`,
      body,
      title,
      description,
      parameters,
    };
    await client.emailTemplate.createOrUpdate(GROUP, SERVICE, INVITE, sent as never);
    expect(await get()).toMatchObject({ subject: `${subject}!`, body, title, description, parameters });
    const admin = t.slack.as('admin');
    await admin.types('/apim-user templates');
    await admin.clicks('Edit Invitation');
    const modal = await admin.modal("A mail's text");
    expect(await modal.value('Text')).toContain('[Accept the invitation]($ConfirmUrl)');
    await modal.closeAll();
  });

  it('keeps our title, description and parameters, for any that are sent', async () => {
    const before = await get();
    const properties = { title: 'Mine', description: 'Mine', parameters: [{ name: 'Mine', title: 'Mine' }] };
    expect((await put({ subject: 'Ours', ...properties })).status).toBe(201);
    const { title, description, parameters } = before;
    expect(await get()).toMatchObject({ subject: 'Ours', title, description, parameters });
  });

  it('has exactly the fields that Azure publishes', async () => {
    const shape = (value: unknown): unknown =>
      Array.isArray(value)
        ? value.slice(0, 1).map(shape)
        : typeof value === 'object' && value !== null
          ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, shape(one)]))
          : typeof value;
    const text = 'string';
    const parameters = [{ name: text, title: text }];
    const properties = {
      subject: text,
      body: text,
      title: text,
      description: text,
      isDefault: 'boolean',
      parameters,
    };
    const one = { id: text, type: text, name: text, properties };
    // Its own examples: a PUT of a subject alone, a PATCH of both, each under a name that begins in small letters.
    const put201 = await put({ subject: 'Come to $OrganizationName.' });
    expect([put201.status, shape(put201.body)]).toEqual([201, one]);
    const change = { properties: { subject: 'Come', body: LETTER } };
    const headers = { 'if-match': '*' };
    const patched = await t.ask(`templates/${INVITE}`, { method: 'PATCH', body: change, headers });
    expect([patched.status, shape(patched.body)]).toEqual([200, one]);
    const list = await t.ask('templates');
    expect(shape(list.body)).toEqual({ value: [one], count: 'number', nextLink: text });
    expect([list.body.count, list.body.nextLink]).toEqual([list.body.value.length, '']);
    expect(patched.body.id).toMatch(/\/service\/default\/templates\/InviteUserNotificationMessage$/);
    const head = await t.ask(`templates/${INVITE}`, { method: 'HEAD' });
    expect([head.status, head.text, head.headers.etag]).toEqual([200, '', patched.headers.etag]);
  });

  it('of an unknown name is not found', async () => {
    for (const name of ['newIssueNotificationMessage', 'nothing', '__proto__']) {
      expect((await t.ask(`templates/${name}`)).status).toBe(404);
      expect((await put({ subject: 'x' }, name)).body.error.code).toBe('ResourceNotFound');
      const gone = await t.ask(`templates/${name}`, { method: 'DELETE', headers: { 'if-match': '*' } });
      expect(gone.status).toBe(404);
    }
  });

  it.each([
    ['an empty subject', { subject: '' }, 'subject'],
    ['a blank subject', { subject: '  ' }, 'subject'],
    ['a subject of 1,001 characters', { subject: 'x'.repeat(1_001) }, 'subject'],
    ['a subject that is not a text', { subject: 7 }, 'subject'],
    ['a NUL in the subject', { subject: 'a\0b' }, 'subject'],
    ['a subject of two lines', { subject: 'a\nb' }, 'subject'],
    ['an unknown variable', { subject: '$Nothing' }, 'subject'],
    ['the link in the subject', { subject: '$ConfirmUrl' }, 'subject'],
    ['an empty body', { body: '' }, 'body'],
    ['a body that is not a text', { body: {} }, 'body'],
    ['half a character', { body: '<p>$ConfirmUrl \ud800</p>' }, 'body'],
    ['a body of more than 30,000 characters', { body: `<p>$ConfirmUrl ${'x'.repeat(30_000)}</p>` }, 'body'],
    ['a title that is not a text', { title: 7 }, 'title'],
    ['a description that is not a text', { description: [] }, 'description'],
    ['parameters that are not a list', { parameters: {} }, 'parameters'],
    ['a parameter with a blank in its name', { parameters: [{ name: 'a b' }] }, 'parameters'],
    ['a parameter of 257 letters', { parameters: [{ name: 'x'.repeat(257) }] }, 'parameters'],
    ['a parameter’s title of 4,097', { parameters: [{ title: 'x'.repeat(4_097) }] }, 'parameters'],
    ['a parameter’s description of 257', { parameters: [{ description: 'x'.repeat(257) }] }, 'parameters'],
    ['an unknown field', { color: 'red' }, 'color'],
  ])('is refused with %s', async (_, properties, target) => {
    const { status, body } = await put(properties);
    expect([status, body.error.code, body.error.details[0].target]).toEqual([400, 'ValidationError', target]);
    expect((await get()).isDefault).toBe(true);
  });

  it('is accepted with a subject of 1,000 characters and a body of 30,000', async () => {
    const body = `<p><a href="$ConfirmUrl">Go</a></p>`;
    const filled = `${body.slice(0, -4)}${'é'.repeat(30_000 - body.length)}</p>`;
    expect((await put({ subject: 'x'.repeat(1_000), body: filled })).status).toBe(201);
    expect((await get()).body).toBe(filled);
  });

  it.each([
    [
      'a condition, by its line',
      `<p>$ConfirmUrl</p>`.replace('<p>', '<p>\n\n#if ($DevFirstName)\n'),
      /^Line 3 has “#if”/,
    ],
    ['a loop, by its line', '<p>\n#foreach ($a in $b)\n$ConfirmUrl #end</p>', /^Line 2 has “#foreach”/],
    ['an entity of HTML', '<p>\n$ConfirmUrl&nbsp;</p>', /^Line 2 has an entity.*&#160;/],
    ['XML that is not well-formed', '<p>\n$ConfirmUrl', /not well-formed/],
    ['a body that is not XML', 'Go to $ConfirmUrl', /not well-formed/],
    ['a body without the link', '<p>Hello</p>', /of no use without its link/],
    ['a link to another host', '<p>$ConfirmUrl <a href="https://evil.example">x</a></p>', /can’t be kept/],
    ['a password', '<p>$ConfirmUrl $DevPassword</p>', /password is never mailed/],
  ])('is refused with %s', async (_, body, words) => {
    const refused = await put({ subject: 'Hi', body });
    expect(refused.status).toBe(400);
    expect(refused.body.error.details).toEqual([
      { code: 'ValidationError', target: 'body', message: expect.stringMatching(words) },
    ]);
  });

  it('is read with a reader’s token, and changed only with an admin’s', async () => {
    const reader = await t.token('reader');
    expect((await t.ask(`templates/${INVITE}`, { token: reader })).status).toBe(200);
    for (const role of ['reader', 'approver'] as const) {
      const asked = { token: await t.token(role), headers: { 'if-match': '*' } };
      const body = { properties: { subject: 'x' } };
      for (const method of ['PUT', 'PATCH'])
        expect((await t.ask(`templates/${INVITE}`, { ...asked, method, body })).status).toBe(403);
      expect((await t.ask(`templates/${INVITE}`, { ...asked, method: 'DELETE' })).status).toBe(403);
    }
  });

  it('is changed by one of eight programs that change it at once', async () => {
    const made = await Promise.all(Array.from({ length: 8 }, (_, n) => put({ subject: `First ${n}` })));
    expect(made.map(({ status }) => status).sort()).toEqual([...Array(7).fill(200), 201]);
    const { eTag = '' } = await get();
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, n) => put({ subject: `By ${n}` }, INVITE, { 'if-match': eTag })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(412)]);
  });
});
