import type { ApiManagementClient, EmailTemplateContract } from '@azure/arm-apimanagement';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import {
  failureOf,
  GROUP,
  SERVICE,
  startTestManagement,
  type TestManagement,
} from '../support/management.ts';

const INVITE = 'inviteUserNotificationMessage';
/** As Azure's own templates are laid out. */
const LETTER = [
  '<!DOCTYPE html >',
  '<html>',
  '  <head>',
  '    <meta charset="UTF-8" />',
  '    <title>Letter</title>',
  '  </head>',
  '  <body>',
  '    <table width="100%"><tr><td>',
  '      <p style="font-size:12pt">Dear $DevFirstName $DevLastName,</p>',
  '      <p></p>',
  '      <p style="font-size:12pt">',
  '        Come &amp; see what $OrganizationName has &lt;for you&gt;.',
  '      </p>',
  '      <p><a id="go" href="$ConfirmUrl" style="color:red"><strong>Claim it</strong></a></p>',
  '      <p><a href="http://$DevPortalUrl">$DevPortalUrl</a></p>',
  '    </td></tr></table>',
  '  </body>',
  '</html>',
].join('\r\n');

let t: TestManagement;
let client: ApiManagementClient;
beforeAll(async () => {
  t = await startTestManagement();
  client = t.client();
});
afterAll(() => t?.close());
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
  it('are listed by name, each with what Azure says of one', async () => {
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

  it('come in pages, whose links lead to each once', async () => {
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
    ["name ge 'S' or name lt 'accountc'", /^(?!.)|^AccountA|^AccountB/],
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
  ])('are refused by %s', async (query, target) => {
    const { status, body } = await t.ask(`templates?${query}`);
    expect([status, body.error.code, body.error.details[0].target]).toEqual([400, 'ValidationError', target]);
  });
});

describe('a template', () => {
  it('is read, changed under its ETag, and restored; the ETag of a former text never comes back', async () => {
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

  it('is deleted with 200, and with 204 when it was the default; neither without If-Match', async () => {
    await put({ subject: 'Ours' });
    const remove = (headers: Record<string, string>) =>
      t.ask(`templates/${INVITE}`, { method: 'DELETE', headers });
    expect((await remove({})).status).toBe(428);
    expect((await remove({ 'if-match': '*' })).status).toBe(200);
    expect((await remove({ 'if-match': '*' })).status).toBe(204);
    const patched = await t.ask(`templates/${INVITE}`, {
      method: 'PATCH',
      body: { properties: { subject: 'x' } },
    });
    expect(patched.status).toBe(428);
  });

  it('that was read can be sent back as it is, and stays what Slack can edit', async () => {
    const { subject = '', body = '', title, description, parameters = [] } = await get();
    const sent = {
      subject: `${subject}!`,
      body: body.replaceAll('\n', '\r\n'),
      title,
      description,
      parameters,
    };
    await client.emailTemplate.createOrUpdate(GROUP, SERVICE, INVITE, sent as never);
    expect(await get()).toMatchObject({ subject: `${subject}!`, body, title, description, parameters });
    const admin = t.slack.as('admin');
    await admin.types('/apim-user templates');
    await admin.clicks('Edit Invite user');
    const modal = await admin.modal("A mail's text");
    expect(await modal.value('Text')).toContain('[Accept the invitation]($ConfirmUrl)');
    await modal.closeAll();
  });

  it('keeps title, description and parameters, which are the product’s, whatever is sent', async () => {
    const before = await get();
    const properties = { title: 'Mine', description: 'Mine', parameters: [{ name: 'Mine', title: 'Mine' }] };
    expect((await put({ subject: 'Ours', ...properties })).status).toBe(201);
    const { title, description, parameters } = before;
    expect(await get()).toMatchObject({ subject: 'Ours', title, description, parameters });
  });

  it('of a name that no mail here has is not found', async () => {
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
    ['a subject that is no text', { subject: 7 }, 'subject'],
    ['a NUL in the subject', { subject: 'a\0b' }, 'subject'],
    ['a subject of two lines', { subject: 'a\nb' }, 'subject'],
    ['an unknown variable', { subject: '$Nothing' }, 'subject'],
    ['the link in the subject', { subject: '$ConfirmUrl' }, 'subject'],
    ['an empty body', { body: '' }, 'body'],
    ['a body that is no text', { body: {} }, 'body'],
    ['half a character', { body: '<p>$ConfirmUrl \ud800</p>' }, 'body'],
    ['a body of more than 30,000 characters', { body: `<p>$ConfirmUrl ${'x'.repeat(30_000)}</p>` }, 'body'],
    ['a title that is no text', { title: 7 }, 'title'],
    ['a description that is no text', { description: [] }, 'description'],
    ['parameters that are no list', { parameters: {} }, 'parameters'],
    ['a parameter with a blank in its name', { parameters: [{ name: 'a b' }] }, 'parameters'],
    ['a parameter of 257 letters', { parameters: [{ name: 'x'.repeat(257) }] }, 'parameters'],
    ['a parameter’s title of 4,097', { parameters: [{ title: 'x'.repeat(4_097) }] }, 'parameters'],
    ['a parameter’s description of 257', { parameters: [{ description: 'x'.repeat(257) }] }, 'parameters'],
    ['what no template has', { color: 'red' }, 'color'],
  ])('is refused with %s', async (_, properties, target) => {
    const { status, body } = await put(properties);
    expect([status, body.error.code, body.error.details[0].target]).toEqual([400, 'ValidationError', target]);
    expect((await get()).isDefault).toBe(true);
  });

  it('of a subject of 1,000 characters and a body of 30,000 is taken', async () => {
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
    ['no XML at all', 'Go to $ConfirmUrl', /not well-formed/],
    ['no link', '<p>Hello</p>', /of no use without its link/],
    ['a link to another host', '<p>$ConfirmUrl <a href="https://evil.example">x</a></p>', /can’t be kept/],
    ['a password', '<p>$ConfirmUrl $DevPassword</p>', /password is never mailed/],
  ])('is refused with %s', async (_, body, words) => {
    const refused = await put({ subject: 'Hi', body });
    expect(refused.status).toBe(400);
    expect(refused.body.error.details).toEqual([
      { code: 'ValidationError', target: 'body', message: expect.stringMatching(words) },
    ]);
  });

  it('is read by a token that may only look, and changed by that of an admin alone', async () => {
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

  it('that two programs change at once is changed by one of them', async () => {
    await put({ subject: 'Before' });
    const { eTag = '' } = await get();
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, n) => put({ subject: `By ${n}` }, INVITE, { 'if-match': eTag })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(412)]);
  });
});

describe('a text of a program', () => {
  const open = async () => {
    const admin = t.slack.as('admin');
    await admin.types('/apim-user templates');
    await admin.clicks('Edit Invite user');
    return admin.modal("A mail's text");
  };
  const mailTo = (address: string) =>
    eventually(`a mail to ${address}`, () => t.slack.inbox.mails().find((mail) => mail.to.includes(address)));

  it('is what is mailed, with its values, in both parts', async () => {
    await put({ subject: 'Come, $DevFirstName', body: LETTER });
    await t.slack.as('admin').types('/apim-user invite zoe@example.com');
    const { subject, text, html } = await mailTo('zoe@example.com');
    expect(subject).toBe('Come, there');
    expect(text).toMatch(
      /^Dear there,\n\nCome & see what .* has <for you>\.\n\nClaim it:\nhttps:\/\/\S+ticket=/,
    );
    expect(html).toContain('has &lt;for you&gt;.');
    expect(html).toMatch(/<a href="https:\/\/[^"]*ticket=[^"]*"[^>]*class="m-button"/);
    expect(html).not.toContain('color:red');
    for (const part of [text, html]) expect(part).toContain('works once, until');
  });

  it('is told in the approvals channel, before and after, and audited by the program', async () => {
    await put({ subject: 'Told to all', body: LETTER });
    t.slack.as('approver').goesTo('approvals');
    const told = await t.slack.as('approver').message(/Told to all/);
    expect(told.text()).toMatch(
      /changed the text of a mail.*“Invite user”.*You are invited.*→ Told to all.*XHTML/s,
    );
    const [row] = await t.sql`
      select actor_kind, before, after from audit_details join audit on audit.id = audit_id
      where operation = 'templates/save' order by audit.id desc limit 1`;
    expect(row).toMatchObject({ actor_kind: 'token', after: { subject: 'Told to all', syntax: 'xhtml' } });
  });

  it('is said to be one in Slack, previewed, tried, and kept while only the subject changes', async () => {
    await put({ subject: 'By a program', body: LETTER });
    let modal = await open();
    expect(modal.text()).toContain('written by a program, in XHTML');
    expect(await modal.value('Text')).toBeNull();
    await modal.clicks('Preview');
    expect(await modal.sees(/Come & see what/)).toContain('Claim it:');
    await modal.cancel();
    await modal.clicks('Send a test to me');
    await modal.sees(/A test is on its way/);
    await modal.closeAll();
    modal = await open();
    await modal.fill({ Subject: 'By both' });
    await modal.submit();
    await modal.sees(/Saved:/);
    await modal.closeAll();
    expect(await get()).toMatchObject({ subject: 'By both', body: LETTER });
  });

  it('is replaced by the Markdown that is written in Slack, and restored from there', async () => {
    await put({ subject: 'By a program', body: LETTER });
    let modal = await open();
    await modal.fill({ Text: 'Come: [in]($ConfirmUrl)' });
    await modal.submit();
    await modal.sees(/Saved:/);
    await modal.closeAll();
    expect((await get()).body).toContain('<p>Come: <a href="$ConfirmUrl">in</a></p>');
    modal = await open();
    expect(await modal.value('Text')).toBe('Come: [in]($ConfirmUrl)');
    await modal.closeAll();
    await put({ body: LETTER });
    modal = await open();
    await modal.clicks('Restore default');
    await modal.sees(/has its default text again/);
    await modal.closeAll();
    expect((await get()).isDefault).toBe(true);
  });

  it('that came while somebody had the modal open is not overwritten', async () => {
    const modal = await open();
    await put({ subject: 'By a program', body: LETTER });
    await modal.fill({ Subject: 'By me' });
    await modal.submit();
    await modal.sees(/saved this mail meanwhile/);
    await modal.closeAll();
    expect((await get()).subject).toBe('By a program');
  });
});
