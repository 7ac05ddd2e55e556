import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { createTestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { startProcess } from '../support/process.ts';
import { createSlackDriver } from '../support/slack-driver.ts';

const apps: TestApp[] = [];
async function start(...args: Parameters<typeof startTestApp>): Promise<TestApp> {
  const app = await startTestApp(...args);
  apps.push(app);
  return app;
}
afterAll(async () => {
  for (const app of apps) await app.close();
});

/** Opens Home and waits until these words stand in it. */
async function homeOf(app: TestApp, who: string, words: RegExp) {
  const home = await app.as(who).home();
  await eventually(
    () => `${who} to see ${String(words)} at home:\n${home.text()}`,
    () => words.test(home.text()),
  );
  return home;
}

describe('App Home', () => {
  let app: TestApp;
  /** Tests advance it, so that what the app looked up before counts as old. */
  let now = Date.now();
  beforeAll(async () => {
    app = await start({}, { clock: () => new Date(now) });
  });

  it('shows an admin the menu, what waits, the health, and what is missing until it is there', async () => {
    const admin = app.as('admin');
    const before = await homeOf(app, 'admin', /domain of MAIL_FROM isn't verified at Resend/);
    expect(before.text()).toContain('No accounts are waiting');
    expect(before.text()).toContain('No invitations are open');
    expect(before.text()).toContain('database ready · Slack ready · mail *domain not verified*');

    await admin.types('/apim-user invite ann@example.com');
    await admin.sees(/1 invitation is on its way/);
    await eventually('the mail, after which the inbox knows the domain', () => app.inbox.mails().length > 0);
    await admin.types('/apim-user add');
    const modal = await admin.modal('Add an account');
    await modal.fill({
      Email: 'ben@example.com',
      'First name': 'Ben',
      'Last name': 'Oak',
      'Email confirmation': ['Send a link to confirm it first'],
    });
    await modal.submit();
    await modal.sees(/Added/);
    await modal.closeAll();
    now += 120_000;
    const after = await homeOf(app, 'admin', /\*Setup:\* complete/);
    expect(after.text()).toContain('1 account is waiting');
    expect(after.text()).toContain('1 invitation is open');
    expect(after.text()).toContain('*0* active · *1* pending · *0* blocked');
    expect(after.text()).toContain('mail ready');
  });

  it('has buttons that do what they say', async () => {
    const admin = app.as('admin');
    const home = await homeOf(app, 'admin', /\*Setup:\* complete/);
    for (const [button, words] of [
      ['Pending accounts', /Ben Oak/],
      ['Show invitations', /ann@example\.com/],
      ['Open invitations', /ann@example\.com/],
      ['List', /Ben Oak/],
      ['Help', /What .apim-user can do/],
      ['Import', /Import developers/],
      ['Groups', /built-in/],
      ['Templates', /Mails to developers/],
      ['Operators', /Add an operator/],
      ['APIs', /longest matching path/],
      ['Invite', /Invite developers/],
      ['Add', /Add an account/],
      ['Find', /Which account\?/],
    ] as const) {
      await home.clicks(button);
      const modal = await admin.modal(words);
      await modal.closeAll();
    }
    await home.clicks('Pending accounts');
    const list = await admin.modal(/Ben Oak/);
    await list.chooses('Block');
    const block = await admin.modal('Block an account');
    await block.submit();
    await block.sees(/Blocked: Ben Oak/);
    await block.closeAll();
    await homeOf(app, 'admin', /\*0\* pending · \*1\* blocked/);
  });

  it('names the mails that failed', async () => {
    const admin = app.as('admin');
    app.mailFails({ kind: 'error', code: 'validation_error', status: 422 });
    await admin.types('/apim-user invite cora@example.com');
    await admin.sees(/1 invitation is on its way/);
    await admin.types('/apim-user invites');
    await eventually('the invitation to say that its mail failed', async () => {
      await admin.types('/apim-user invites');
      return /cora@example\.com\* · open · mail failed/.test(await admin.sees(/cora@example/));
    });
    await homeOf(app, 'admin', /1 mail failed/);
  });

  it('and the metrics name the gateways that decide themselves, and those that are silent', async () => {
    const figures = async () =>
      (await (await fetch(`${app.url}/metrics`)).text())
        .split('\n')
        .filter((line) => /^apim_user_gateway_(followers|heartbeat)/.test(line));
    expect((await homeOf(app, 'admin', /Slack ready/)).text()).not.toContain('gateways:');
    expect(await figures()).toContain('apim_user_gateway_followers{kind="nginx",state="connected"} 0');
    const beats = (id: string, kind: string, host: string, beats: number, age: string) =>
      app.sql`insert into gateway_followers (service_id, id, kind, host, beats, last_beat_at)
        values ('default', ${id}, ${kind}, ${host}, ${beats}, now() - ${age}::interval)`;
    // Their heartbeats come later than this test ends.
    await beats('a', 'nginx', 'gw-1', 7, '-1 second');
    await beats('b', 'nginx', 'gw-1', 9, '2 minutes');
    await beats('c', 'haproxy', 'gw-2', 9, '190 seconds');
    await beats('d', 'haproxy', 'gw-3', 0, '-1 second');
    await beats('e', 'haproxy', 'gw-old', 0, '61 minutes');
    await homeOf(
      app,
      'admin',
      / · gateways: 1 connected, \*haproxy on gw-3 loading\*, \*haproxy on gw-2 silent for 3 min\*/,
    );
    const lines = await figures();
    expect(lines).toContain('apim_user_gateway_followers{kind="nginx",state="connected"} 1');
    expect(lines).toContain('apim_user_gateway_followers{kind="haproxy",state="loading"} 1');
    expect(lines).toContain('apim_user_gateway_followers{kind="process",state="connected"} 1');
    const ageOf = (host: string) => {
      const line = lines.find((one) => one.includes(`host="${host}"`));
      return line === undefined ? null : Math.floor(Number(line.split(' ')[1]) / 60);
    };
    expect(['gw-2', 'gw-1', 'gw-old'].map(ageOf)).toEqual([3, -1, null]);
    await app.sql`delete from gateway_followers where kind <> 'process'`;
  });

  it('shows an approver less, and tells other people which admin to ask', async () => {
    const approver = await homeOf(app, 'approver', /\*Waiting\*/);
    expect(approver.text()).not.toMatch(/invitations? (is|are) open|Setup/);
    const menu = ['List', 'Find', 'Products', 'APIs', 'Groups', 'Subscriptions', 'Approvals', 'Help'];
    expect(approver.buttons().slice(0, menu.length)).toEqual(menu);
    expect(approver.buttons().at(-1)).toBe('Turn off invitation messages');
    const nobody = await homeOf(app, 'nobody', /You have no role here yet/);
    expect(nobody.text()).toContain(`Ask <@${app.ids.admin}>`);
    expect(nobody.text()).not.toMatch(/active|pending/);
    const guest = app.addPerson('gwen', { isRestricted: true });
    expect((await homeOf(app, guest.id, /full members/)).buttons()).toEqual([]);
  });

  it('names the scope that is missing', async () => {
    app.workspace.scopes.delete('users:read.email');
    now += 120_000;
    const home = await homeOf(app, 'admin', /installed without `users:read\.email`/);
    expect(home.text()).toContain('npm run -s slack:manifest');
    app.workspace.scopes.add('users:read.email');
  });

  it('is drawn without the facts that Slack does not tell', async () => {
    now += 120_000;
    app.slackFails('conversations.info', { kind: 'error', code: 'internal_error' });
    await homeOf(app, 'admin', /didn't say who can read the approvals channel \(internal_error\)/);
    app.nothingFails();
  });
});

it('App Home says when the database fails, and is whole again afterwards', async () => {
  const app = await start();
  await homeOf(app, 'admin', /database ready/);
  await app.sql`alter table operators rename to operators_away`;
  const home = await homeOf(app, 'admin', /database \*failing\*/);
  expect(home.buttons()).toEqual([]);
  await app.sql`alter table operators_away rename to operators`;
  await homeOf(app, 'admin', /database ready/);
});

describe('the approvals channel', () => {
  const pendingCard = async (app: TestApp) => {
    const admin = app.as('admin');
    await admin.types('/apim-user add');
    const modal = await admin.modal('Add an account');
    await modal.fill({
      Email: 'dan@secret.example.com',
      'First name': 'Dan',
      'Last name': 'Oak',
      Note: 'owes us money',
      'Email confirmation': ['Send a link to confirm it first'],
    });
    await modal.submit();
    await modal.sees(/Added/);
    await modal.closeAll();
    return eventually('a card', () =>
      app.workspace.conversations
        .all()
        .find((one) => one.text === 'Ada Admin added Dan Oak. Activate?' && one.onlyFor === null),
    );
  };

  it('that is private has cards with email and note', async () => {
    const app = await start();
    const card = JSON.stringify((await pendingCard(app)).blocks);
    expect(card).toContain('dan@secret.example.com');
    expect(card).toContain('owes us money');
  });

  it.each([
    ['is public', { kind: 'public' as const }, []],
    ['is shared with another company', { kind: 'private' as const, isExtShared: true }, []],
    ['has guests', { kind: 'private' as const }, [{ isRestricted: true }]],
    ['has guests', { kind: 'private' as const }, [{ teamId: 'T0STRANGER' }]],
  ])('that %s is warned of, and its cards leave out email and note', async (why, rest, people) => {
    const id = 'C0EXPOSED1';
    let now = Date.now();
    const app = await start({ SLACK_APPROVALS_CHANNEL: id }, { clock: () => new Date(now) });
    const guests = people.map((one, n) => app.addPerson(`guest${n}`, one).id);
    app.addChannel('exposed', { id, ...rest, members: [app.ids.admin, app.botUserId, ...guests] });
    now += 120_000;
    const home = await homeOf(
      app,
      'admin',
      new RegExp(`The approvals channel ${why}: cards there leave out`),
    );
    const card = await pendingCard(app);
    expect(card.channel).toBe(id);
    const drawn = JSON.stringify(card);
    expect(drawn).not.toContain('dan@secret.example.com');
    expect(drawn).not.toContain('owes us money');
    expect(drawn).toContain('not confirmed');
    expect(home.text()).not.toMatch(/\*Setup:\* complete/);
  });

  it('that is missing, or that the app is not in, is reported at App Home, and the account is added all the same', async () => {
    const none = await start({ SLACK_APPROVALS_CHANNEL: '' });
    await homeOf(none, 'admin', /There is no approvals channel/);
    const app = await start({ SLACK_APPROVALS_CHANNEL: 'C0GENERAL0' });
    await homeOf(app, 'admin', /I'm not in the approvals channel <#C0GENERAL0>/);
    const admin = app.as('admin');
    await admin.types('/apim-user add eva@example.com Eva Elm');
    await admin.sees(/Added .+: the account is \*active/);
  });
});

it('the start warns in the log of what is missing, and waits for none of it', async () => {
  const database = await createTestDatabase();
  const driver = await createSlackDriver();
  const process = startProcess({
    DATABASE_URL: database.url,
    SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
    ...driver.settings,
    SLACK_APPROVALS_CHANNEL: 'C0GENERAL0',
    LOG_LEVEL: 'warn',
  });
  try {
    await process.address();
    for (const words of [
      /The approvals channel is public/,
      /I'm not in the approvals channel/,
      /isn't verified at Resend/,
    ]) {
      await eventually(
        () => `${String(words)} in\n${process.output()}`,
        () => words.test(process.output()),
      );
    }
  } finally {
    process.child.kill('SIGTERM');
    await process.ended;
    await driver.close();
    await database.close();
  }
}, 120_000);
