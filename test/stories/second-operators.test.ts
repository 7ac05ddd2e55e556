// The operators who may decide change between the card and the click: none from the start, fewer, or none left.
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestApp } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { runProgram } from '../support/process.ts';

const SLOW_MS = 60_000;
const DAY_MS = 86_400_000;
const BO = 'U0BOSECOND';

const app = forAllTests(() =>
  startTestApp(
    { SECOND_OPERATOR_FOR: 'accounts/delete', SLACK_APPROVERS: `U0AMIRAPPR, ${BO}` },
    { clock: () => new Date(Date.now() + offset) },
  ),
);
let offset = 0;
beforeAll(async () => {
  app.addPerson('bo', { id: BO, realName: 'Bo Second' });
});
beforeEach(async () => {
  for (const id of [BO, app.ids.approver])
    await app.changePerson(id, { isDeactivated: false, isRestricted: false });
  await app.sql`update operators set role = 'approver' where slack_user_id in (${BO}, ${app.ids.approver})`;
});

const admin = () => app.as('admin');
const approver = () => app.as('approver');
const bo = () => app.as(BO);
let count = 0;

async function account() {
  count += 1;
  const [email, name] = [`ann${count}@example.com`, `Ann Number${count}`];
  await admin().types(`/apim-user add ${email} ${name}`);
  await admin().sees(/Added .+: the account is/);
  return { email, title: `Delete ${name}?` };
}
async function asksToDelete(email: string, outcome: RegExp): Promise<void> {
  await admin().types(`/apim-user delete ${email}`);
  const modal = await admin().modal('Delete an account');
  await modal.submit();
  await modal.sees(outcome);
  await modal.closeAll();
}
async function asked() {
  const one = await account();
  await asksToDelete(one.email, /second operator must approve/);
  const words = new RegExp(one.title.replace('?', '\\?'));
  return { ...one, card: await bo().message(words), words };
}
const stateOf = async (email: string) =>
  (await app.sql`select state from accounts where email = ${email}`)[0]?.state as string;
const isGone = (email: string) =>
  eventually(`${email} to be deleted`, async () => (await stateOf(email)) === 'deleted');
const roleOf = async (id: string) =>
  (await app.sql`select role from operators where slack_user_id = ${id}`)[0]?.role as string | null;
const minute = () => app.sql`select graphile_worker.add_job('every-minute')`;
const operate = (...words: string[]) =>
  runProgram('operate', [...words, '--as', 'Connie', '--reason', 'nobody left'], {
    DATABASE_URL: app.databaseUrl,
    SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
    PUBLIC_URL: app.publicUrl,
  });

describe('a requester who is the only operator', () => {
  it('is told at once that no one could decide, and how to add an operator; nothing waits', async () => {
    await app.sql`update operators set role = null where slack_user_id in (${BO}, ${app.ids.approver})`;
    const { email } = await account();
    await asksToDelete(email, /no one else can approve[\s\S]*\/apim-user operators/);
    expect(await app.sql`select from approvals where state = 'open'`).toHaveLength(0);
    expect(await stateOf(email)).toBe('active');

    await admin().types('/apim-user operators');
    await admin().clicks('Add an operator');
    const grant = await admin().modal('Add an operator');
    await grant.fill({ Person: 'Bo Second' });
    await grant.submit();
    await grant.sees(/Bo Second is now an \*?approver/);
    await grant.closeAll();
    await asksToDelete(email, /second operator must approve/);
    await bo().message(/asks: Delete/);
    await bo().clicks(/Approve: Delete Ann/);
    await isGone(email);
  });
});

describe('between the card and the click', () => {
  it.each(['demoted', 'deactivated', 'turned guest'])(
    'an approver who was %s decides nothing, and another approver still can',
    async (what) => {
      const { email, title, card, words } = await asked();
      if (what === 'demoted') {
        await admin().types('/apim-user operators');
        await admin().clicks(new RegExp(`Withdraw the role of (Bo Second|${BO})`));
        await admin().sees(/no longer has a role/);
      }
      if (what === 'deactivated') await app.changePerson(BO, { isDeactivated: true });
      if (what === 'turned guest') await app.changePerson(BO, { isRestricted: true });
      await eventually('the role to be gone', async () => (await roleOf(BO)) === null);
      await card.clicks(`Approve: ${title}`);
      await bo().sees(/You don't have permission to do this/);
      expect(await stateOf(email)).toBe('active');
      expect(await app.sql`select from approvals where state = 'open'`).toHaveLength(1);
      const [refused] = await app.sql`select code, actor_name from audit
      where operation = 'approvals/decide' and outcome = 'refused' order by id desc limit 1`;
      expect(refused).toEqual({ code: 'not_permitted', actor_name: 'Bo Second' });

      await (await approver().message(words)).clicks(`Approve: ${title}`);
      await isGone(email);
    },
  );
});

describe('with every operator gone', { timeout: SLOW_MS }, () => {
  it('what waits ends by itself after a day, the requester is told, and the console makes an operator again', async () => {
    const { email } = await asked();
    await app.changePerson(BO, { isDeactivated: true });
    await app.changePerson(app.ids.approver, { isRestricted: true });
    await eventually('both to be without a role', async () =>
      [await roleOf(BO), await roleOf(app.ids.approver)].every((role) => role === null),
    );
    await admin().sees(/can no longer act here/);
    offset += DAY_MS;
    await minute();
    await admin().sees(/You asked: .*Expired without a decision/);
    expect(await stateOf(email)).toBe('active');
    await asksToDelete(email, /no one else can approve/);

    // The last admin goes too, so no person can act in Slack any more.
    await app.changePerson(app.ids.admin, { isDeactivated: true });
    await eventually('the admin to be without a role', async () => (await roleOf(app.ids.admin)) === null);
    await app.as('nobody').types('/apim-user list');
    await app.as('nobody').sees(/You don't have permission to do this/);
    expect((await operate('grant-operator', app.ids.nobody, 'Noor Nobody')).code).toBe(0);
    await app.as('nobody').types(`/apim-user show ${email}`);
    await app.as('nobody').sees(/State:\W* active/);
  });
});
