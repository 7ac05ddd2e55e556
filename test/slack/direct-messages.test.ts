// What the bot answers to what people write to it.
import { beforeAll, describe, expect, it } from 'vitest';
import { startTestApp } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';

const app = forAllTests(startTestApp);
beforeAll(async () => {
  await app.as('admin').types('/apim-user add ann@example.com Ann Lee');
  await app.as('admin').sees(/Added/);
  for (const who of ['admin', 'approver', 'nobody'] as const) app.as(who).goesToDm();
});

describe('the bot’s direct message', () => {
  it('answers an email with that account, or with Invite', async () => {
    const admin = app.as('admin');
    await admin.types('ann@example.com');
    await admin.sees(/Ann Lee.*State:\W* active/s);
    await admin.types('could you look at zoe@example.net please?');
    await admin.sees(/There is no account with zoe@example.net. Invite them\?/);
    await admin.clicks('Invite');
    const modal = await admin.modal('Invite developers');
    expect(await modal.value('Email')).toBe('zoe@example.net');
    await modal.submit();
    await modal.sees(/1 invitation is on its way/);
    await modal.closeAll();
    await admin.types('zoe@example.net');
    await admin.sees(/Ada .* invited zoe@example.net.*haven't accepted yet/s);
    await admin.types('kim@example.net, lou@example.net');
    await admin.sees(/2 emails. Invite these people\?/);
    const approver = app.as('approver');
    await approver.types('mo@example.net');
    expect(await approver.sees(/No account/)).not.toContain('Invite');
  });

  it('offers only whole emails of a list that is too long for it', async () => {
    const admin = app.as('admin');
    const emails = Array.from({ length: 100 }, (_, at) => `developer.number.${at}@partner.example.com`);
    await admin.types(emails.join(', '));
    await admin.sees(/100 emails\. Invite these people\? The first 50 fit here/);
    await admin.clicks('Invite');
    const modal = await admin.modal('Invite developers');
    expect(String(await modal.value('Email')).split('\n')).toEqual(emails.slice(0, 50));
    await modal.closeAll();
  });

  it('answers a pasted table with its dry run, and anything else with the menu', async () => {
    const admin = app.as('admin');
    await admin.types('email,first,last\nbea@example.com,Bea,Lee\nann@example.com,Ann,Lee');
    await admin.sees(/pasted table/);
    await admin.clicks(/Apply|Import/);
    await admin.types('hello');
    await admin.sees(/Developer accounts/);
    await app.as('nobody').types('ann@example.com');
    const said = await app.as('nobody').sees(/You have no role here yet/);
    expect(said).not.toContain('Ann Lee');
  });

  it.each([
    ['German headings', 'Vorname;Nachname;E-Mail-Adresse\nBea;Lee;t1@example.com'],
    ['an email in the last column', 'Name\tCompany\tWork Email\nBea Lee\tOak Ltd\tt2@example.com'],
    ['a title above', 'Our partners, November\nemail,first\nt3@example.com,Bea'],
    ['Excel’s first line', 'sep=;\nEmail;Name\nt4@example.com;Bea Lee'],
  ])('takes as a table what the import reads: %s', async (_what, table) => {
    const admin = app.as('admin');
    await admin.types(table);
    await admin.sees(/pasted table/);
  });

  it('takes a heading with an email beside it as no table', async () => {
    const admin = app.as('admin');
    await admin.types('Email, t5@example.com\nthanks');
    await admin.sees(/There is no account with t5@example.com. Invite them\?/);
  });

  it('refuses a key, and stores none', async () => {
    const admin = app.as('admin');
    const key = `apim_${'k'.repeat(40)}`;
    await admin.types(`is ${key} one of ours?`);
    expect(await admin.sees(/Keys don't belong in Slack/)).not.toContain(key);
  });

  it('has one effect for each message, and never answers itself or other bots', async () => {
    const admin = app.as('admin');
    await admin.types('hello again');
    await admin.sees(/Developer accounts/);
    const sent = () => app.everythingSent().filter(({ method }) => method === 'chat.postMessage').length;
    const before = sent();
    await app.replay(3, 'event message');
    const { event, ...body } = JSON.parse(app.lastRequest('event message').body);
    for (const [id, change] of [
      ['EvBOT1', { bot_id: 'B0OTHER' }],
      ['EvBOT2', { subtype: 'bot_message', bot_id: 'B0OTHER' }],
      ['EvBOT3', { user: app.botUserId }],
      ['EvEDIT', { subtype: 'message_changed' }],
    ] as const) {
      const text = JSON.stringify({ ...body, event_id: id, event: { ...event, ...change } });
      const request = app.signed(text, { contentType: 'application/json', kind: 'event message' });
      expect((await app.send(request)).status).toBe(200);
    }
    // A later message has got its answer, so these would have got theirs by now.
    await admin.types('hello at last');
    await eventually('its answer', () => sent() > before);
    await app.as('approver').types('hello');
    await app.as('approver').sees(/Developer accounts/);
    expect(sent()).toBe(before + 2);
  });
});
