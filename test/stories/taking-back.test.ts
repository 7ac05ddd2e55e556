// A deletion is taken back where a person reads of it, and people who are invited are found by their email.

import { describe, expect, it } from 'vitest';
import { addAccount } from '../../src/operations/accounts/add.ts';
import { startTestApp } from '../support/app.ts';
import { besideApp } from '../support/beside-app.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';

const app = forAllTests(() => startTestApp({ SECOND_OPERATOR_FOR: 'accounts/delete' }));

const admin = () => app.as('admin');
const approver = () => app.as('approver');

async function added(email: string, name: string): Promise<void> {
  await admin().types(`/apim-user add ${email} ${name}`);
  await admin().sees(/Added .+: the account is/);
}

async function deleted(email: string, title: RegExp): Promise<void> {
  await admin().types(`/apim-user delete ${email}`);
  const modal = await admin().modal('Delete an account');
  await modal.submit();
  await modal.sees(/second operator must approve/);
  await modal.closeAll();
  const card = await approver().message(new RegExp(`asks: ${title.source}`));
  await card.clicks(/^Approve/);
  await approver().sees(/Approved and done/);
}

describe('a deletion', () => {
  it('that was approved is taken back from the message to its requester', async () => {
    await added('dora@example.com', 'Dora Diaz');
    await deleted('dora@example.com', /Delete Dora Diaz\?/);
    const told = await admin().message(/You asked: .*Delete Dora Diaz\?.*Approved/s);
    expect(told.text()).toMatch(/Can be restored until .*apim-user restore [0-9a-z-]+/);
    await told.clicks('Restore Dora Diaz');
    await admin().sees(/Restored .+\. The account is \*blocked/);
    const card = await approver().message(/Delete Dora Diaz\?.*Approved by/s);
    expect(card.buttons()).toContain('Restore Dora Diaz');
    await card.clicks('Restore Dora Diaz');
    await approver().sees(/You don't have permission to do this/);
  });

  it('is listed until its end, and taken back by email; two with one email are offered', async () => {
    await added('eve@example.com', 'Eve Il');
    await deleted('eve@example.com', /Delete Eve Il\?/);
    await admin().types('/apim-user list state:deleted');
    await admin().sees(/Eve Il.*can be restored until/s);
    await added('eve@example.com', 'Eva Il');
    await deleted('eve@example.com', /Delete Eva Il\?/);
    await admin().types('/apim-user restore eve@example.com');
    const offered = await admin().message(/2 deleted accounts match/);
    expect(offered.buttons()).toEqual(['Restore Eva Il', 'Restore Eve Il']);
    await offered.clicks('Restore Eve Il');
    await admin().sees(/Restored .+\. The account is \*blocked/);
    await admin().types('/apim-user restore Eva');
    await admin().clicks('Restore Eva Il');
    await admin().sees(/An account with this email already exists/);
  });

  it('of an account whose id a program gave another one is taken back with a new id for programs', async () => {
    const beside = await besideApp(app);
    const person = { accountId: 'zed', firstName: 'Zed', lastName: 'Ode', tellDeveloper: false };
    await addAccount(beside.console(), { ...person, email: 'zed@example.com' });
    await deleted('zed@example.com', /Delete Zed Ode\?/);
    await addAccount(beside.console(), { ...person, firstName: 'Zef', email: 'zef@example.com' });
    await admin().types('/apim-user show zed');
    const shown = await admin().sees(
      /zef@example\.com.*Id for programs:\* zed \(in the history: [0-9a-f-]{36}\)/s,
    );
    expect(shown).not.toContain('zed@example.com');
    await admin().types('/apim-user history zef@example.com');
    await admin().sees(/added.*id for programs: zed/s);
    await admin().types('/apim-user restore zed@example.com');
    await admin().sees(/Restored Zed Ode\..*so programs know this one as `[0-9a-f-]{36}`/s);
    await admin().types('/apim-user show zed');
    await admin().sees(/zed@example\.com.*Id for programs:\* [0-9a-f-]{36} \(in the history: zed\)/s);
    await beside.close();
  });

  it('is named when the email is used, with Restore; history has it too', async () => {
    await added('fay@example.com', 'Fay Orr');
    await deleted('fay@example.com', /Delete Fay Orr\?/);
    await admin().types('/apim-user block fay@example.com spam');
    await admin().sees(/deleted the account of fay@example.com.*It can be restored until/s);
    await admin().clicks('Show account');
    await admin().sees(/State:\W* deleted/);
    await approver().types('/apim-user show fay@example.com');
    const refused = await approver().message(/deleted the account of fay@example.com/);
    expect(refused.buttons()).toEqual(['Show account']);
    await admin().types('/apim-user block fay@example.com spam');
    await admin().sees(/deleted the account of/);
    await admin().clicks('Restore');
    await admin().sees(/Restored .+\. The account is \*blocked/);
  });
});

describe('a deletion in the history', () => {
  it('has Restore until it was taken back; a former one has none, and an approver none', async () => {
    await added('hal@example.com', 'Hal Ott');
    await deleted('hal@example.com', /Delete Hal Ott\?/);
    await approver().types(`/apim-user history by:<@${app.ids.admin}|ada>`);
    const theirs = await approver().message(/\*Changes\*/);
    expect(theirs.text()).toContain('deleted Hal Ott');
    expect(theirs.buttons().filter((name) => /Restore/.test(name))).toEqual([]);
    await admin().types(`/apim-user history by:<@${app.ids.admin}|ada>`);
    const changes = await admin().message(/\*Changes\*/);
    expect(changes.buttons().filter((name) => /Restore Hal/.test(name))).toHaveLength(1);
    await changes.clicks('Restore Hal Ott (hal@example.com)');
    await admin().sees(/Restored .+\. The account is \*blocked/);
    await eventually('the list without Restore', () => !changes.has(/Restore Hal/));
    await deleted('hal@example.com', /Delete Hal Ott\?/);
    await admin().types('/apim-user restore hal@example.com');
    await admin().sees(/Restored/);
    await deleted('hal@example.com', /Delete Hal Ott\?/);
    const [{ id } = { id: '' }] = await app.sql`select id from accounts where email = 'hal@example.com'`;
    await admin().types(`/apim-user history ${id}`);
    const history = await admin().message(/History of Hal Ott/);
    expect(history.text().match(/deleted the account/g)).toHaveLength(3);
    expect(history.buttons()).toEqual(['Restore Hal Ott (hal@example.com)']);
  });

  it('is taken back by the email with a name beside it, as mail programs write it, in any spelling', async () => {
    await added('jutta@example.com', 'Jutta Müller');
    await deleted('jutta@example.com', /Delete Jutta Müller\?/);
    await admin().types('/apim-user restore Jutta Müller <JUTTA@Example.com>');
    await admin().sees(/Restored .+\. The account is \*blocked/);
    await deleted('jutta@example.com', /Delete Jutta Müller\?/);
    await admin().types('/apim-user restore muller jutta');
    const offered = await admin().message(/One deleted account matches/);
    expect(offered.text()).toMatch(/deleted by Ada Admin \(approved by Amir Approver\)/);
    await offered.clicks('Restore Jutta Müller');
    await admin().sees(/Restored .+\. The account is \*blocked/);
  });

  it('names the operator who approved it wherever it names the one who asked', async () => {
    await added('kai@example.com', 'Kai Ott');
    await deleted('kai@example.com', /Delete Kai Ott\?/);
    const both = /Ada Admin \(approved by Amir Approver\)/;
    await admin().types('/apim-user block kai@example.com spam');
    expect(await admin().sees(/deleted the account of kai@example.com/)).toMatch(both);
    await admin().clicks('Show account');
    expect(await admin().sees(/State:\W* deleted/)).toMatch(both);
  });

  it('has Restore in Home, which is drawn again', async () => {
    await added('ida@example.com', 'Ida Ott');
    await deleted('ida@example.com', /Delete Ida Ott\?/);
    const home = await admin().home();
    await eventually('the deletion in Home', () => home.has(/Restore Ida Ott/));
    await home.clicks(/Restore Ida Ott/);
    await (await admin().modal(/Restored .+\. The account is \*blocked/)).closeAll();
    await eventually('Home without it', () => !home.has(/Restore Ida Ott/));
    expect(home.text()).toContain('restored Ida Ott');
  });
});

describe('a person who is invited', () => {
  it.each(['show', 'block', 'reset-password', 'groups'])(
    'is said to be, with Resend and Revoke, by %s',
    async (command) => {
      const email = `${command}@invited.example.com`;
      await admin().types(`/apim-user invite ${email}`);
      await admin().sees(/1 invitation is on its way/);
      await admin().types(`/apim-user ${command} ${email} why not`);
      await admin().sees(new RegExp(`Ada .* invited ${email}.*haven't accepted yet`, 's'));
      await admin().clicks('Resend');
      await admin().sees(/Sent again/);
      await admin().types(`/apim-user ${command} ${email}`);
      await admin().sees(/haven't accepted yet/);
      await admin().clicks(`Revoke ${email}`);
      await admin().sees(/Revoked/);
      await admin().types(`/apim-user ${command} ${email}`);
      await admin().sees(/No account/);
    },
  );
});

describe('a name that one account alone has', () => {
  it('shows it, and asks before it changes anything', async () => {
    await added('gus@example.com', 'Gus Holm');
    await admin().types('/apim-user show gus');
    await admin().sees(/Gus Holm.*gus@example.com/s);
    await admin().types('/apim-user block gus holm sent spam');
    const modal = await admin().modal('Block an account');
    await modal.sees(/Found by name: gus@example.com · active/);
    expect(await modal.value('Reason')).toBe('sent spam');
    await modal.submit();
    await modal.sees(/Blocked: Gus Holm/);
    await modal.closeAll();
    await admin().types('/apim-user unblock gus');
    await admin().sees(/Is this the account\? It was found by its name/);
    await admin().types('/apim-user show gus@example.com');
    await admin().sees(/State:\W* blocked/);
  });
});
