import { describe, expect, it } from 'vitest';
import { startTestApp } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';

const app = forAllTests(startTestApp);

const mailsTo = (address: string) =>
  app.inbox.mails().filter((mail) => mail.to.includes(address) && /invited/.test(mail.subject));
const ticketIn = (mail: { text: string } | undefined) =>
  /ticket=([\w-]{43})/.exec(mail?.text ?? '')?.[1] ?? '';
const open = async (ticket: string) => (await fetch(`${app.url}/invitations/accept?ticket=${ticket}`)).status;

describe('invite', () => {
  it('records a refusal of too many emails, and of those that can’t be read', async () => {
    const admin = app.as('admin');
    const many = Array.from({ length: 51 }, (_, at) => `many${at}@example.com`).join(' ');
    await admin.types(`/apim-user invite ${many}`);
    await admin.sees(/No one was invited/);
    await admin.types('/apim-user history refused');
    expect(await admin.sees(/Refused changes/)).toMatch(/tried to invite a developer.*more than is allowed/);
    await admin.types('/apim-user invite dora@');
    await admin.sees(/No one was invited/);
    await admin.types('/apim-user history refused');
    expect(await admin.sees(/Refused changes/)).toMatch(/tried to invite a developer.*email wasn't valid/);
  });

  it('says for each email what happened, with the button that fits', async () => {
    const admin = app.as('admin');
    await admin.types('/apim-user add active@example.com Act Ive');
    await admin.sees(/Added/);
    await admin.types('/apim-user add blocked@example.com Bloc Ked');
    await admin.sees(/Added/);
    await admin.types('/apim-user block blocked@example.com for a reason');
    await admin.sees(/Blocked/);
    await admin.types('/apim-user invite twice@example.com');
    await admin.sees(/1 invitation is on its way/);

    await admin.types(
      '/apim-user invite new@example.com active@example.com blocked@example.com twice@example.com',
    );
    const said = await admin.message(/3 people were not invited/);
    expect(said.text()).toContain('1 invitation is on its way');
    expect(said.text()).toMatch(/new@example\.com: invited/);
    expect(said.text()).toMatch(
      /active@example\.com: not invited\. An account with this email already exists.*\*active\*/,
    );
    expect(said.text()).toMatch(
      /blocked@example\.com: not invited\. An account with this email already exists.*\*blocked\*/,
    );
    expect(said.text()).toMatch(/twice@example\.com: not invited\. Ada Admin already invited this email/);

    await said.clicks('Show account active@example.com');
    await admin.sees(/Act Ive/);
    await said.clicks('Activate blocked@example.com');
    await admin.sees(/Activated: Bloc Ked/);
    const former = ticketIn(await eventually('the first mail', () => mailsTo('twice@example.com').at(-1)));
    await said.clicks('Resend twice@example.com');
    await admin.sees(/Sent again to twice@example\.com/);
    await eventually('the second mail', () => mailsTo('twice@example.com').length === 2);
    expect(await open(former)).toBe(410);
  });

  it('takes fifty at once, whose summary Slack accepts, and refuses more before it sends any', async () => {
    const admin = app.as('admin');
    const fifty = Array.from({ length: 50 }, (_, n) => `crowd-${n}-${'x'.repeat(30)}@example.com`);
    await admin.types('/apim-user invite');
    const modal = await admin.modal('Invite developers');
    await modal.fill({ Email: fifty.join('\n') });
    await modal.submit();
    await modal.sees(/50 invitations are on their way/);
    expect(modal.text()).toContain(fifty[49] ?? '');
    await modal.closeAll();
    await admin.types(`/apim-user invite ${fifty.join(' ')}`);
    const again = await admin.message(/50 people were not invited/);
    expect(again.text()).toContain(fifty[49] ?? '');
    await admin.types(`/apim-user invite ${fifty.join(' ')} one-more@example.com`);
    await admin.sees(
      /No one was invited\. That's 51 emails, and the limit is 50\. Use .*import for larger lists/,
    );
    expect(mailsTo('one-more@example.com')).toEqual([]);
  });

  it('says in the modal which lines are no emails, and invites none of them yet', async () => {
    const admin = app.as('admin');
    await admin.types('/apim-user invite');
    const modal = await admin.modal('Invite developers');
    await modal.fill({ Email: 'good@example.com\nbad@\nworse' });
    await modal.submit();
    expect(modal.errors().Email).toMatch(
      /“bad@”: there is no domain after the @.*“worse”: there is no @\. No one has been invited yet/,
    );
    await modal.closeAll();
    expect(mailsTo('good@example.com')).toEqual([]);
  });
});

describe('invites', () => {
  it('resends with a new link, revokes for good, and lists ended invitations on demand', async () => {
    const admin = app.as('admin');
    await admin.types('/apim-user invite fay@example.com gus@example.com');
    await admin.sees(/2 invitations are on their way/);
    const first = ticketIn(await eventually('a mail to Fay', () => mailsTo('fay@example.com').at(-1)));
    expect(await open(first)).toBe(200);
    await admin.types('/apim-user invites');
    expect(await admin.sees(/fay@example\.com/)).toMatch(/by Ada Admin/);
    await admin.chooses('Resend', 'fay@example.com');
    await admin.sees(/The old link no longer works/);
    const second = ticketIn(
      await eventually(
        'a second mail',
        () =>
          mailsTo('fay@example.com').length === 2 &&
          mailsTo('fay@example.com').find((mail) => ticketIn(mail) !== first),
      ),
    );
    expect(await open(first)).toBe(410);
    expect(await open(second)).toBe(200);

    await admin.types('/apim-user show gus@example.com');
    const refused = await admin.message(/invited gus@example.com/);
    expect(refused.asks('Revoke gus@example.com')).toContain('stops working');
    await refused.clicks('Revoke gus@example.com');
    await admin.sees(/Revoked: the link mailed to gus@example\.com no longer works/);
    await refused.clicks('Revoke gus@example.com');
    await admin.sees(/Nothing changed: this invitation is already \*revoked\*/);
    await admin.types('/apim-user invites');
    expect(await admin.sees(/fay@example\.com/)).not.toContain('gus@example.com');
    await admin.clicks('All');
    await admin.sees(/gus@example\.com\* · revoked/);
    await admin.types('/apim-user invites all');
    await admin.sees(/gus@example\.com\* · revoked/);
  });

  it('turns pages', async () => {
    const admin = app.as('admin');
    await admin.types('/apim-user invites');
    const page = await admin.message(/fay@example\.com/);
    await page.clicks('Next');
    await eventually('older invitations', () => !page.text().includes('fay@example.com'));
    expect(page.text()).toContain('crowd-');
  });
});

it('Slack refused nothing that was sent to it', () => {
  expect(app.refusals()).toEqual([]);
});
