// Requests that come late, twice, from another place, or after the process that drew their button is gone.
import { describe, expect, it } from 'vitest';
import { startTestApp } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';

const WAIT_MS = 20_000;
/** The test holds this lock, so that storing a request waits. */
const STALL = 7_475;

const app = forAllTests(startTestApp);

const stateOf = async (email: string) =>
  (await app.sql`select state from accounts where email = ${email}`)[0]?.state;
const refusals = (operation: string) =>
  app.sql`select code, actor_id as "actorId" from audit where operation = ${operation} and outcome = 'refused'
    order by id`;

async function added(email: string, name: string) {
  const admin = app.as('admin');
  await admin.types(`/apim-user add ${email} ${name}`);
  await admin.sees(/Added .+: the account is/, WAIT_MS);
}

describe('T41: Slack’s retries', () => {
  it('of an event have one effect', async () => {
    // The app publishes this person's Home once for each opening.
    await app.as('nobody').home();
    const first = app.lastRequest('event app_home_opened');
    const body = JSON.parse(first.body) as { event_id: string };
    const again = JSON.stringify({ ...body, event_id: `${body.event_id}AGAIN` });
    const published = (userId: string) =>
      app.everythingSent().filter(({ method, sent }) => method === 'views.publish' && sent.user_id === userId)
        .length;
    const before = published(app.ids.nobody);
    for (const retry of [0, 1, 2, 3]) {
      const sent = app.signed(again, { contentType: 'application/json', kind: 'event' });
      if (retry > 0) sent.headers['x-slack-retry-num'] = String(retry);
      const answers = await Promise.all([app.send(sent), app.send(sent)]);
      expect(answers.map((answer) => answer.status)).toEqual([200, 200]);
    }
    // A later person has got their Home, so these would have got theirs by now.
    for (const id of ['approver', 'admin'] as const) await app.as(id).home();
    expect(published(app.ids.admin)).toBeGreaterThan(0);
    expect(published(app.ids.nobody)).toBe(before + 1);
  });

  it('are avoided: a request whose work takes long is acknowledged before the work is done', async () => {
    const admin = app.as('admin');
    const holder = await app.sql.reserve();
    await holder`begin`;
    try {
      await holder`lock table invitations in access exclusive mode`;
      const answer = await admin.types('/apim-user invite slow@example.com');
      expect(answer).toMatchObject({ status: 200, problem: '' });
      expect(app.inbox.to('slow@example.com')).toEqual([]);
      expect(admin.canRead(/on its way/)).toBe(false);
    } finally {
      await holder`rollback`;
      holder.release();
    }
    await admin.sees(/on its way/, WAIT_MS);
    await eventually('the mail', () => app.inbox.to('slow@example.com').length === 1, WAIT_MS);
  });
});

describe('T74: a request that is stored only after Slack gave it up', () => {
  /** The answer, however late it comes: the app itself refuses a request that it has not acknowledged in time. */
  const statusOf = async ({ headers, body }: { headers: Record<string, string>; body: string }) =>
    (await fetch(`${app.url}/slack/events`, { method: 'POST', headers, body })).status;
  /** Storing the request waits, and so does what `alsoHeld` locks, until Slack has given it up. */
  async function storedLate(alsoHeld: string | null, request: Parameters<typeof statusOf>[0]) {
    await app.sql.unsafe(`
      create function stall_storing() returns trigger language plpgsql as $$
        begin perform pg_advisory_xact_lock(${STALL}); return new; end $$;
      create trigger stall_storing before insert or update on slack_receipts for each row
        when (new.sealed_request is not null) execute function stall_storing()`);
    const holder = await app.sql.reserve();
    await holder`begin`;
    try {
      await holder`select pg_advisory_xact_lock(${STALL})`;
      if (alsoHeld) await holder.unsafe(`lock table ${alsoHeld} in access exclusive mode`);
      expect(await statusOf(request)).toBe(404);
    } finally {
      await holder`rollback`;
      holder.release();
      await app.sql`drop function stall_storing cascade`;
    }
  }
  const isFinished = async () =>
    (await app.sql`select 1 from slack_receipts where sealed_request is not null`).length === 0;

  it('is finished with its work', async () => {
    const admin = app.as('admin');
    await admin.types('/apim-user invite first@example.com');
    await admin.sees(/on its way/, WAIT_MS);
    const late = app.altered((fields) => ({ ...fields, text: 'invite late@example.com' }), 'command');
    const timesTold = () => admin.messages().filter((message) => /on its way/.test(message.text())).length;
    const before = timesTold();
    await storedLate('invitations', late);
    await eventually('the answer', () => timesTold() > before, WAIT_MS);
    await eventually('the request to be finished', isFinished, WAIT_MS);
    expect(timesTold()).toBe(before + 1);
  });

  it('has its effect when it is an event, and its repeat has none', async () => {
    const published = () =>
      app
        .everythingSent()
        .filter(({ method, sent }) => method === 'views.publish' && sent.user_id === app.ids.nobody).length;
    const opened = published();
    await app.as('nobody').home();
    await eventually('the Home that it opens', () => published() > opened, WAIT_MS);
    const body = JSON.parse(app.lastRequest('event app_home_opened').body) as { event_id: string };
    const late = app.signed(JSON.stringify({ ...body, event_id: `${body.event_id}LATE` }), {
      contentType: 'application/json',
      kind: 'event',
    });
    const before = published();
    await storedLate(null, late);
    expect(await statusOf(late)).toBe(200);
    await eventually('the effect', () => published() > before, WAIT_MS);
    await eventually('the event to be finished', isFinished, WAIT_MS);
    expect(published()).toBe(before + 1);
  });
});

it('T47: a button still works when the process that drew it is gone', async () => {
  await added('gone@example.com', 'Grace Gone');
  const other = await startTestApp({}, { beside: app });
  const admin = app.as('admin');
  app.deliverTo(other.url);
  await admin.types('/apim-user block gone@example.com first');
  const blocked = await admin.message(/Blocked: Grace Gone/, WAIT_MS);
  await other.close();
  app.deliverTo(app.url);
  await blocked.clicks('Activate Grace Gone');
  await admin.sees(/Activated: Grace Gone/, WAIT_MS);
  expect(await stateOf('gone@example.com')).toBe('active');
});

describe('T49: what a payload claims', () => {
  type Payload = {
    user: { id: string };
    channel?: { id: string };
    container: Record<string, unknown>;
    actions: { value: string }[];
    view: { callback_id: string; private_metadata: string };
  };
  const altered = (kind: string, change: (payload: Payload) => void) =>
    app.altered((fields) => {
      const payload = JSON.parse(fields.payload ?? '{}') as Payload;
      change(payload);
      return { ...fields, payload: JSON.stringify(payload) };
    }, kind);

  it('opens nothing to a person without a role who copies a card to another channel', async () => {
    await added('copied@example.com', 'Cora Copy');
    const admin = app.as('admin');
    await admin.types('/apim-user block copied@example.com first');
    await admin.sees(/Blocked: Cora Copy/, WAIT_MS);
    await admin.clicks('Activate Cora Copy');
    await admin.sees(/Activated: Cora Copy/, WAIT_MS);
    await admin.types('/apim-user block copied@example.com second');
    await admin.sees(/Blocked: Cora Copy/, WAIT_MS);
    const [row] = await app.sql`select version from accounts where email = 'copied@example.com'`;
    const known = (await refusals('accounts/activate')).length;
    const channel = app.workspace.conversations.channels.keys().next().value ?? '';
    await app.send(
      altered('block_actions', (payload) => {
        payload.user.id = app.ids.nobody;
        payload.channel = { id: channel };
        payload.container = { ...payload.container, channel_id: channel, message_ts: '1.000001' };
        for (const action of payload.actions)
          action.value = JSON.stringify({ ...JSON.parse(action.value), version: row?.version });
      }),
    );
    await eventually(
      'the refusal',
      async () => (await refusals('accounts/activate')).length > known,
      WAIT_MS,
    );
    expect((await refusals('accounts/activate')).at(-1)).toMatchObject({ code: 'not_permitted' });
    expect(await stateOf('copied@example.com')).toBe('blocked');
  });

  it('can’t turn a permitted operation into another operation or onto another account', async () => {
    await added('meant@example.com', 'Mia Meant');
    await added('other@example.com', 'Otto Other');
    const approver = app.as('approver');
    await approver.types('/apim-user block meant@example.com');
    const modal = await approver.modal(/Block/);
    await modal.submit();
    await eventually('the block', async () => (await stateOf('meant@example.com')) === 'blocked', WAIT_MS);
    const [other] = await app.sql`select id, version from accounts where email = 'other@example.com'`;
    const metadata = { id: other?.id, version: other?.version };

    // Deleting is for admins, whatever modal a submission says that it comes from.
    await app.send(
      altered('view_submission', ({ view }) => {
        view.callback_id = 'delete';
        view.private_metadata = JSON.stringify(metadata);
      }),
    );
    await eventually('the refusal', async () => (await refusals('accounts/delete')).length === 1, WAIT_MS);
    expect(await refusals('accounts/delete')).toMatchObject([{ code: 'not_permitted' }]);

    // Another account, at a version that no card showed.
    await app.send(
      altered('view_submission', ({ view }) => {
        view.callback_id = 'block';
        view.private_metadata = JSON.stringify({ ...metadata, version: 99 });
      }),
    );
    await eventually('the refusal', async () => (await refusals('accounts/block')).length === 1, WAIT_MS);
    expect(await refusals('accounts/block')).toMatchObject([{ code: 'account_changed' }]);
    expect(await stateOf('other@example.com')).toBe('active');
  });
});

describe('T54: once Slack has revoked the token', () => {
  it('the app uses it no more, the metrics say so, and everything else goes on', async () => {
    const metric = async () => (await fetch(`${app.url}/metrics`)).text();
    expect(await metric()).toMatch(/slack_reachable 1$/m);
    await app.revokeTokens();
    await eventually('the binding to end', async () => {
      const [bound] = await app.sql`select state from workspaces`;
      return bound?.state === 'revoked';
    });
    expect(await metric()).toMatch(/slack_reachable 0$/m);
    const calls = app.everythingSent().length;
    await app.as('admin').types('/apim-user invite nobody-asked@example.com');
    expect((await app.post('/password/forgot', { email: 'meant@example.com' })).status).toBe(200);
    expect((await fetch(`${app.url}/readyz`)).status).toBe(200);
    expect(
      app
        .everythingSent()
        .slice(calls)
        .filter(({ method }) => !method.includes('emails')),
    ).toEqual([]);
    expect(await app.sql`select 1 from invitations where email = 'nobody-asked@example.com'`).toEqual([]);
  });

  it('a start with a new token connects again', async () => {
    app.workspace.access.error = null;
    app.workspace.credentials.botToken = 'xoxb-playground-another-one';
    const again = await startTestApp({ SLACK_BOT_TOKEN: 'xoxb-playground-another-one' }, { beside: app });
    try {
      app.deliverTo(again.url);
      expect(await app.sql`select state from workspaces`).toMatchObject([{ state: 'bound' }]);
      await app.as('admin').types('/apim-user invite again@example.com');
      await app.as('admin').sees(/on its way/, WAIT_MS);
    } finally {
      await again.close();
    }
  });
});
