// T45 to T49 for approvals: no claim inside a signed press or submission decides anything.
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestApp } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { runProgram } from '../support/process.ts';

const WAIT_MS = 20_000;
const DAY_MS = 86_400_000;
const GUEST = 'U0GUEST000';
const SINGLE_CHANNEL_GUEST = 'U0GUEST111';
const STRANGER = 'U0STRANGER';
const BOT = 'U0OTHERBOT';
const GONE = 'U0GONEGONE';
const UNFITTING = [GUEST, SINGLE_CHANNEL_GUEST, STRANGER, BOT, GONE];
/** Ada Admin under her second Slack user, and the developer whose account it is. */
const ADA_AGAIN = 'U0ADAAGAIN';
const CONCERNED = 'U0CONCERNE';
const BO = 'U0BOSECOND';

const app = forAllTests(() =>
  startTestApp(
    {
      SECOND_OPERATOR_FOR: 'accounts/delete',
      SLACK_ADMINS: ['U0ADAADMIN', ADA_AGAIN, CONCERNED].join(','),
      SLACK_APPROVERS: ['U0AMIRAPPR', BO, ...UNFITTING].join(','),
    },
    { clock },
  ),
);
let offset = 0;
const clock = () => new Date(Date.now() + offset);
beforeAll(async () => {
  app.addPerson('gus', { id: GUEST, isRestricted: true });
  app.addPerson('gil', { id: SINGLE_CHANNEL_GUEST, isRestricted: true, isUltraRestricted: true });
  app.addPerson('sam', { id: STRANGER, teamId: 'T0STRANGER' });
  app.addPerson('bob', { id: BOT, isBot: true });
  app.addPerson('gia', { id: GONE, isDeactivated: true });
  app.addPerson('adaagain', { id: ADA_AGAIN, email: 'ada@playground.example' });
  app.addPerson('cora', { id: CONCERNED, email: 'cora@example.com' });
  app.addPerson('bo', { id: BO, realName: 'Bo Second' });
});
beforeEach(() => {
  app.as('approver').goesTo(app.slack.approvalsChannel);
});

const admin = () => app.as('admin');
const approver = () => app.as('approver');
let count = 0;

/** An account, and the admin's waiting request to delete it; its card is found by `name`. */
async function asked(address?: string) {
  count += 1;
  const name = `Ann Number${count}`;
  const email = address ?? `ann${count}@example.com`;
  await admin().types(`/apim-user add ${email} ${name}`);
  await admin().sees(/Added .+: the account is/, WAIT_MS);
  await admin().types(`/apim-user delete ${email}`);
  const modal = await admin().modal('Delete an account');
  await modal.submit();
  await modal.sees(/second operator must approve/);
  await modal.closeAll();
  const [row] = await app.sql`
    select a.id, a.account_id as "accountId" from approvals a join accounts on accounts.id = a.account_id
    where accounts.email = ${email} and a.state = 'open'`;
  const title = `Delete ${name}?`;
  const card = await approver().message(new RegExp(`Delete ${name}\\?`));
  return { id: String(row?.id), accountId: String(row?.accountId), email, title, card };
}
const stateOf = async (email: string) =>
  (await app.sql`select state from accounts where email = ${email}`)[0]?.state as string;
const approvalOf = async (id: string) =>
  (await app.sql`select state, code from approvals where id = ${id}`)[0] as {
    state: string;
    code: string | null;
  };
const refusals = () =>
  app.sql<
    { code: string }[]
  >`select code from audit where operation = 'approvals/decide' and outcome = 'refused'
    order by id`;
async function refusedWith(code: string, attempt: () => Promise<unknown>): Promise<void> {
  const before = (await refusals()).length;
  await attempt();
  await eventually(`a refusal (${code})`, async () => (await refusals()).length > before, WAIT_MS);
  expect((await refusals()).slice(before)).toEqual([{ code }]);
}

type Payload = {
  user: Record<string, unknown>;
  team: Record<string, unknown> | null;
  enterprise?: unknown;
  is_enterprise_install?: boolean;
  channel?: { id: string };
  container: Record<string, unknown>;
  actions: { action_id: string; value: string }[];
  view: { callback_id: string; private_metadata: string };
  nonce?: number;
};
/** The last press or submission of its kind, changed and signed again. */
const send = (kind: 'block_actions' | 'view_submission', change: (payload: Payload) => void) =>
  app.send(
    app.altered((fields) => {
      const payload = JSON.parse(fields.payload ?? '{}') as Payload;
      count += 1;
      payload.nonce = count;
      change(payload);
      return { ...fields, payload: JSON.stringify(payload) };
    }, kind),
  );
/** Presses Approve as any person and for any request, on the message of the last press. */
const press = (userId: string, approvalId: string, more: (payload: Payload) => void = () => {}) =>
  send('block_actions', (payload) => {
    Object.assign(payload.user, { id: userId, team_id: 'T0PLAYGRND' });
    payload.team = { id: 'T0PLAYGRND', domain: 'playground' };
    for (const action of payload.actions)
      Object.assign(action, { action_id: 'approval-approve', value: approvalId });
    more(payload);
  });
/** Looks at a card without deciding, so that there is a press to change. */
async function looks(card: Awaited<ReturnType<typeof asked>>['card'], title: string) {
  await card.clicks(`Decline: ${title}`);
  const modal = await approver().modal('Decline a request');
  await modal.closeAll();
}

describe('T45: a person who must not decide', () => {
  it('presses Approve in vain, and the request stays open for an operator who may decide', async () => {
    const { id, title, card, email } = await asked('cora@example.com');
    await looks(card, title);
    await refusedWith('approval_own', () => press(app.ids.admin, id));
    await refusedWith('approval_own', () => press(ADA_AGAIN, id));
    await refusedWith('approval_about_oneself', () => press(CONCERNED, id));
    await refusedWith('not_permitted', () => press(app.ids.nobody, id));
    await app.sql`update operators set role = null where slack_user_id = ${BO}`;
    await refusedWith('not_permitted', () => press(BO, id));
    await app.sql`update operators set role = 'approver' where slack_user_id = ${BO}`;
    await app.changePerson(BO, { isDeactivated: true });
    await refusedWith('not_permitted', () => press(BO, id));
    expect(await approvalOf(id)).toEqual({ state: 'open', code: null });
    expect(await stateOf(email)).toBe('active');
    await card.clicks(`Approve: ${title}`);
    await approver().sees(/Approved and done/, WAIT_MS);
    expect(await stateOf(email)).toBe('deleted');
    await app.changePerson(BO, { isDeactivated: false });
    await app.sql`update operators set role = 'approver' where slack_user_id = ${BO}`;
  });
});

describe('T46: Approve against Decline', () => {
  it('of two operators who press at once only one decides, and the card shows which one', async () => {
    for (let round = 0; round < 5; round++) {
      const { id, title, card, email } = await asked();
      await looks(card, title);
      const second = app.as(BO);
      await (await second.message(new RegExp(title.replace('?', '\\?')))).clicks(`Decline: ${title}`);
      const modal = await second.modal('Decline a request');
      await modal.fill({ Reason: 'not this one' });
      await Promise.all([card.clicks(`Approve: ${title}`), modal.submit()]);
      const { state } = await eventually('a decision', async () => {
        const found = await approvalOf(id);
        return found.state !== 'open' && found;
      });
      expect(await stateOf(email)).toBe(state === 'approved' ? 'deleted' : 'active');
      const words = state === 'approved' ? /Approved by Amir Approver/ : /Declined by Bo Second/;
      await eventually('the card to show which', () => words.test(card.text()), WAIT_MS);
      await modal.closeAll();
      // The next request must not come while this person still has the last one open.
      await eventually('the other to be told', async () => (await refusals()).length > 0);
    }
  });
});

describe('T47: a button that is out of date', () => {
  const minute = () => app.sql`select graphile_worker.add_job('every-minute')`;
  const operate = (...words: string[]) =>
    runProgram('operate', [...words, '--as', 'Connie', '--reason', 'by hand'], {
      DATABASE_URL: app.databaseUrl,
      SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
      PUBLIC_URL: app.publicUrl,
      SECOND_OPERATOR_FOR: 'none',
    });

  it('decides nothing after 24 hours, says so, and its card is repainted', async () => {
    const { id, title, card, email } = await asked();
    offset += DAY_MS;
    await refusedWith('approval_ended', () => card.clicks(`Approve: ${title}`));
    expect(await approvalOf(id)).toMatchObject({ state: 'open' });
    await approver().sees(/this request is \W*expired/, WAIT_MS);
    await minute();
    await eventually('the card', () => /Expired without a decision/.test(card.text()), WAIT_MS);
    expect(await stateOf(email)).toBe('active');
  });

  it('still decides when the process that drew it is gone', async () => {
    const other = await startTestApp({ SECOND_OPERATOR_FOR: 'accounts/delete' }, { clock, beside: app });
    app.deliverTo(other.url);
    const { title, card, email } = await asked();
    await other.close();
    app.deliverTo(app.url);
    await card.clicks(`Approve: ${title}`);
    await approver().sees(/Approved and done/, WAIT_MS);
    expect(await stateOf(email)).toBe('deleted');
  });

  it(
    'does nothing once its account has changed, and card and answer say why',
    async () => {
      const { id, title, card, email } = await asked();
      expect((await operate('edit', email, '--note', 'has a contract')).code).toBe(0);
      await card.clicks(`Approve: ${title}`);
      await approver().sees(/could no longer be done/, WAIT_MS);
      expect(await approvalOf(id)).toEqual({ state: 'outdated', code: 'account_changed' });
      await eventually('the card', () => /the account has changed since the request/.test(card.text()));
      expect(await stateOf(email)).toBe('active');
    },
    4 * WAIT_MS,
  );

  it(
    'does nothing a second time when the deed was done another way meanwhile',
    async () => {
      const { id, title, card, email } = await asked();
      expect((await operate('delete', email)).code).toBe(0);
      await card.clicks(`Approve: ${title}`);
      await approver().sees(/could no longer be done/, WAIT_MS);
      expect(await approvalOf(id)).toMatchObject({ state: 'outdated' });
      await eventually('the card', () => /it could no longer be done/.test(card.text()));
      const deletions = await app.sql`select from audit join accounts on accounts.id = target_id
      where operation = 'accounts/delete' and outcome = 'done' and accounts.email = ${email}`;
      expect(deletions).toHaveLength(1);
    },
    4 * WAIT_MS,
  );
});

describe('T48: a person who is no member of the workspace', () => {
  it('decides nothing, whatever their stored role, and the attempt is audited', async () => {
    const { id, title, card, email } = await asked();
    await looks(card, title);
    for (const userId of UNFITTING) await refusedWith('not_permitted', () => press(userId, id));
    const of = (change: (payload: Payload) => void) => () => press(app.ids.approver, id, change);
    await refusedWith(
      'not_permitted',
      of((payload) => {
        payload.team = { id: 'T0STRANGER' };
        payload.user.team_id = undefined;
      }),
    );
    await refusedWith(
      'not_permitted',
      of((payload) => {
        payload.user.team_id = 'T0STRANGER';
      }),
    );
    // Installed for a whole enterprise: no workspace is named.
    await refusedWith(
      'not_permitted',
      of((payload) => {
        payload.team = null;
        payload.user.team_id = undefined;
        Object.assign(payload, { enterprise: { id: 'E0ALL', name: 'All' }, is_enterprise_install: true });
      }),
    );
    expect(await approvalOf(id)).toMatchObject({ state: 'open' });
    expect(await stateOf(email)).toBe('active');
  });
});

describe('T49: what a payload claims', () => {
  const elsewhere = (payload: Payload) => {
    const channel = [...app.workspace.conversations.channels.values()].find((one) => one.name === 'general');
    payload.channel = { id: channel?.id ?? '' };
    payload.container = { ...payload.container, channel_id: channel?.id, message_ts: '1.000001' };
  };

  it('a card copied to another channel opens nothing to a person without a role', async () => {
    const { id, title, card } = await asked();
    await looks(card, title);
    await refusedWith('not_permitted', () => press(app.ids.nobody, id, elsewhere));
    expect(await approvalOf(id)).toMatchObject({ state: 'open' });
  });

  it('an approver who presses the button on a copy decides, and the original card says so', async () => {
    const { id, title, card, email } = await asked();
    await looks(card, title);
    const calls = app.everythingSent().length;
    await press(app.ids.approver, id, elsewhere);
    await eventually('the decision', async () => (await approvalOf(id)).state === 'approved', WAIT_MS);
    await eventually('the card', () => /Approved by Amir Approver/.test(card.text()), WAIT_MS);
    expect(await stateOf(email)).toBe('deleted');
    const touched = app
      .everythingSent()
      .slice(calls)
      .map(({ sent }) => sent.ts);
    expect(touched).not.toContain('1.000001');
  });

  it('another id in the button is judged as that other request, whatever the card shows', async () => {
    const [shown, other] = [await asked(), await asked()];
    await looks(shown.card, shown.title);
    // The requester presses on their own request, which is refused as on its own card.
    await refusedWith('approval_own', () => press(app.ids.admin, other.id));
    await refusedWith('approval_not_found', () =>
      press(app.ids.approver, '01890000-0000-7000-8000-000000000000'),
    );

    await refusedWith('approval_not_found', () => press(app.ids.approver, other.accountId));
    for (const value of ['', '{}', `${other.id}\n`, "' or true --"])
      await refusedWith('invalid_input', () => press(app.ids.approver, value));
    expect(await Promise.all([shown.id, other.id].map(approvalOf))).toEqual([
      { state: 'open', code: null },
      { state: 'open', code: null },
    ]);
    await press(app.ids.approver, other.id);
    await eventually('the other', async () => (await approvalOf(other.id)).state === 'approved', WAIT_MS);
    expect([await stateOf(shown.email), await stateOf(other.email)]).toEqual(['active', 'deleted']);
    expect(await approvalOf(shown.id)).toMatchObject({ state: 'open' });
  });

  it('a window’s metadata gives no right, and can’t turn Decline into Approve', async () => {
    const [shown, other] = [await asked(), await asked()];
    await shown.card.clicks(`Decline: ${shown.title}`);
    const modal = await approver().modal('Decline a request');
    await modal.fill({ Reason: 'no' });
    await modal.submit();
    await modal.sees(/Declined/);
    await modal.closeAll();
    const submit = (userId: string, metadata: unknown) =>
      send('view_submission', (payload) => {
        Object.assign(payload.user, { id: userId, team_id: 'T0PLAYGRND' });
        payload.view.private_metadata = JSON.stringify(metadata);
      });
    await refusedWith('not_permitted', () => submit(app.ids.nobody, { id: other.id }));
    await refusedWith('approval_own', () =>
      submit(app.ids.admin, { id: other.id, userId: app.ids.approver }),
    );
    await refusedWith('approval_ended', () =>
      submit(app.ids.approver, { id: shown.id, decision: 'approve' }),
    );
    await submit(app.ids.approver, { id: other.id, decision: 'approve', operation: 'accounts/delete' });
    await eventually('the decision', async () => (await approvalOf(other.id)).state === 'declined', WAIT_MS);
    expect([await stateOf(shown.email), await stateOf(other.email)]).toEqual(['active', 'active']);
  });
});

describe('T44: with no operator named in the settings', () => {
  it('every person is refused and told how to get an operator', async () => {
    const empty = await startTestApp({ SLACK_ADMINS: ' ', SLACK_APPROVERS: ' ' });
    try {
      await empty.as('admin').types('/apim-user list');
      await empty.as('admin').sees(/You don't have permission to do this/, WAIT_MS);
      await empty.as('admin').types('/apim-user invite x@example.com');
      await empty.as('admin').sees(/You don't have permission to do this/, WAIT_MS);
      expect(empty.inbox.mails()).toEqual([]);
    } finally {
      await empty.close();
    }
  });
});
