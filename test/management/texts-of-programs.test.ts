// A mail text that a program wrote: what is mailed, and what operators see and do in Slack.
import type { ApiManagementClient, EmailTemplateContract } from '@azure/arm-apimanagement';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { LETTER } from '../support/letter.ts';
import { GROUP, SERVICE, startTestManagement } from '../support/management.ts';

const INVITE = 'inviteUserNotificationMessage';

const t = forAllTests(startTestManagement);
let client: ApiManagementClient;
beforeAll(async () => {
  client = t.client();
});
beforeEach(() => client.emailTemplate.delete(GROUP, SERVICE, INVITE, '*'));

const get = () => client.emailTemplate.get(GROUP, SERVICE, INVITE);
const put = (properties: object) => t.ask(`templates/${INVITE}`, { method: 'PUT', body: { properties } });

describe('a mail text from a program', () => {
  const open = async () => {
    const admin = t.slack.as('admin');
    await admin.types('/apim-user templates');
    await admin.clicks('Edit Invitation');
    return admin.modal("A mail's text");
  };
  const mailTo = (address: string) =>
    eventually(`a mail to ${address}`, () => t.slack.inbox.mails().find((mail) => mail.to.includes(address)));

  it('is mailed with its values in both parts', async () => {
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

  it('is announced in the approvals channel, before and after, and audited with the program’s name', async () => {
    await put({ subject: 'Told to all', body: LETTER });
    t.slack.as('approver').goesTo('approvals');
    const told = await t.slack.as('approver').message(/Told to all/);
    expect(told.text()).toMatch(
      /changed the text of the mail “Invitation”.*You’re invited.*→ Told to all.*XHTML/s,
    );
    const [row] = await t.sql`
      select actor_kind, before, after from audit_details join audit on audit.id = audit_id
      where operation = 'templates/save' order by audit.id desc limit 1`;
    expect(row).toMatchObject({ actor_kind: 'token', after: { subject: 'Told to all', syntax: 'xhtml' } });
  });

  it('is marked in Slack, can be previewed and sent as a test, and stays when only the subject changes', async () => {
    await put({ subject: 'By a program', body: LETTER });
    let modal = await open();
    expect(modal.text()).toContain('A program wrote this text in XHTML');
    expect(await modal.value('Text')).toBeNull();
    await modal.clicks('Preview');
    expect(await modal.sees(/Come & see what/)).toContain('Claim it:');
    await modal.cancel();
    await modal.clicks('Send me a test');
    await modal.sees(/A test is on its way/);
    await modal.closeAll();
    modal = await open();
    await modal.fill({ Subject: 'By both' });
    await modal.submit();
    await modal.sees(/Saved \W*Invitation/);
    await modal.closeAll();
    expect(await get()).toMatchObject({ subject: 'By both', body: LETTER });
  });

  it('is replaced by Markdown from Slack, and the default is restored from there', async () => {
    await put({ subject: 'By a program', body: LETTER });
    let modal = await open();
    await modal.fill({ Text: 'Come: [in]($ConfirmUrl)' });
    await modal.submit();
    await modal.sees(/Saved \W*Invitation/);
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

  it('is still mailed, shown and can be restored when a newer rule would refuse it', async () => {
    await put({ subject: 'By a program', body: LETTER });
    await t.sql`update mail_texts set body = '<p onclick="x">$ConfirmUrl</p>' where subject = 'By a program'`;
    await t.slack.as('admin').types('/apim-user invite old@example.com');
    expect((await mailTo('old@example.com')).subject).toContain('You’re invited');
    expect((await get()).body).toContain('onclick');
    const found: EmailTemplateContract[] = [];
    for await (const one of client.emailTemplate.listByService(GROUP, SERVICE)) found.push(one);
    expect(found.length).toBeGreaterThan(15);
    const modal = await open();
    await modal.clicks('Preview');
    await modal.sees(/can't be used.*onclick/);
    await modal.cancel();
    await modal.clicks('Restore default');
    await modal.sees(/has its default text again/);
    await modal.closeAll();
  });

  it('is not overwritten by a modal that was opened before it came', async () => {
    const modal = await open();
    await put({ subject: 'By a program', body: LETTER });
    await modal.fill({ Subject: 'By me' });
    await modal.submit();
    await modal.sees(/saved this mail since/);
    await modal.closeAll();
    expect((await get()).subject).toBe('By a program');
  });
});
