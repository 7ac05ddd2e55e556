// The mirror of Azure in Slack, without Azure: what is read there is given by the test.
import { beforeAll, describe, expect, it } from 'vitest';
import type { MirroredRecord } from '../../src/domain/azure-record.ts';
import { editAccount } from '../../src/operations/accounts/edit.ts';
import { startTestApp } from '../support/app.ts';
import { besideApp } from '../support/beside-app.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { azureUser, bindMirror, readInAzure } from '../support/mirror.ts';

const SYSTEM = { kind: 'system', name: 'test' } as const;
const WAIT_MS = 10_000;
const app = forAllTests(() => startTestApp());
const beside = forAllTests(async () => besideApp(app));
const admin = () => app.as('admin');
const approver = () => app.as('approver');

beforeAll(async () => {
  await admin().types('/apim-user azure');
  await admin().sees(/isn't connected to an instance of Azure API Management/);
  await bindMirror(beside.sql, 'default', 'add');
});

const reads = (id: string, record: MirroredRecord | null) => readInAzure(beside.as(SYSTEM), record, id);

let count = 0;
async function account() {
  count += 1;
  const name = `Ann Number${count}`;
  const email = `ann${count}@example.com`;
  await admin().types(`/apim-user add ${email} ${name}`);
  await admin().sees(new RegExp(`Added .*${name}`), WAIT_MS);
  const [row] = await beside.sql`select id from accounts where email = ${email}`;
  const id = String(row?.id);
  return { id, email, name, user: azureUser(id, { email, firstName: 'Ann', lastName: `Number${count}` }) };
}
const cardIn = (words: RegExp) => {
  approver().goesTo(app.slack.approvalsChannel);
  return approver().message(words, WAIT_MS);
};
/** An account whose note is another one in Azure, and the card that asks about it. */
async function differing() {
  const one = await account();
  await reads(one.id, { ...one.user, note: 'knows Azure' });
  return { ...one, card: await cardIn(new RegExp(`note of ${one.name} differs`)) };
}
const orderOf = (id: string, set: string) =>
  beside.sql.unsafe(`update azure_orders set ${set} where our_id = '${id}' and kind = 'account'`);

describe('the card of a difference', () => {
  it('shows both values and why, and the decision of one operator ends it for the others', async () => {
    const { name, card } = await differing();
    expect(card.text()).toMatch(/Here:\W* empty[\s\S]*In Azure:\W* knows Azure/);
    expect(card.text()).toMatch(/already different when the two sides were first compared/);
    await card.clicks(`Keep ours: The note of ${name} differs in Azure`);
    await approver().sees(new RegExp(`Amir Approver kept our note of ${name}`), WAIT_MS);
    await eventually('the card', () => /Amir Approver kept our note/.test(card.text()), WAIT_MS);
    expect(card.text()).not.toMatch(/knows Azure/);
  });

  it('decides nothing with values that are out of date', async () => {
    const { id, name, card } = await differing();
    await editAccount(beside.console(), { accountId: id, note: 'newer here' });
    await card.clicks(`Keep ours: The note of ${name} differs in Azure`);
    await approver().sees(/has changed since you saw it, so nothing was done/, WAIT_MS);
  });

  it('of an account that is gone in Azure leads to the ordinary deletion', async () => {
    const { id, name, user } = await account();
    await reads(id, user);
    // What is read so soon after a write may be from before it.
    await beside.sql`update azure_things set written_at = null where id = ${id}`;
    await reads(id, null);
    const card = await cardIn(new RegExp(`${name} is gone in Azure`));
    expect(card.text()).not.toMatch(/Take Azure's/);
    const presses = admin();
    presses.goesTo(app.slack.approvalsChannel);
    await (await presses.message(new RegExp(`${name} is gone in Azure`))).clicks(/Delete it here/);
    const modal = await admin().modal('Delete an account');
    await modal.submit();
    await modal.sees(/Deleted/);
    await modal.closeAll();
    await reads(id, null);
    await eventually('the card', () => /is the same on both sides again/.test(card.text()), WAIT_MS);
  });
});

describe('`/apim-user azure`', () => {
  it('lists the differences, and a menu on each decides it', async () => {
    const { name, card } = await differing();
    await admin().types('/apim-user azure');
    const text = await admin().sees(/Azure API Management/);
    expect(text).toMatch(/Mode:\W* add\. Changes here are written to Azure too/);
    expect(text).toMatch(/contoso in the resource group apis/);
    await admin().clicks('Differences');
    await admin().sees(
      new RegExp(`The note of ${name} differs in Azure\\W+Here: empty · In Azure: knows Azure`),
    );
    await admin().chooses('Leave alone', new RegExp(name));
    await admin().sees(new RegExp(`Ada Admin left the note of ${name} as it is on each side`), WAIT_MS);
    await eventually('the card', () => /Ada Admin left the note/.test(card.text()), WAIT_MS);
  });

  it('changes the mode once an admin has read what each one does', async () => {
    await bindMirror(beside.sql, 'default', 'watch');
    await admin().types('/apim-user azure');
    await admin().clicks('Change the mode');
    const modal = await admin().modal('Change the mode');
    await modal.sees(/watch\W+\(now\): Changes in Azure come here/);
    await modal.fill({ Mode: 'full' });
    await modal.submit();
    await modal.sees(/The mode is now \W*full/);
    await modal.closeAll();
    const [row] = await beside.sql`select mode from azure_instances`;
    expect(row).toEqual({ mode: 'full' });
    await approver().goesTo(app.slack.approvalsChannel);
    await approver().sees(/Ada Admin\W+changed what is written to Azure/, WAIT_MS);
  });

  it('and App Home tell how far the first comparison is', async () => {
    await beside.sql`update azure_instances set first_pass_ended_at = null, pass_ended_at = null, phase = 'account',
      pass_begun_at = now(), counts = '{"account": 12300}'`;
    await admin().types('/apim-user azure');
    await admin().sees(/The first one is under way: 12,300 accounts read/);
    const home = await admin().home();
    await eventually('Home', () =>
      /The first comparison with Azure is under way: 12,300 accounts read/.test(home.text()),
    );
    await bindMirror(beside.sql, 'default', 'add');
    await beside.sql`update azure_instances set first_pass_ended_at = now(), pass_ended_at = now(), phase = null`;
  });
});

describe('the card of an account', () => {
  it('says that a block holds at our gateway, and that Azure has it only once Azure says so', async () => {
    await bindMirror(beside.sql, 'default', 'add');
    const { id, email } = await account();
    await admin().types(`/apim-user block ${email} sent spam`);
    const answer = await admin().sees(/Our gateway:\W* refuses calls since/, WAIT_MS);
    expect(answer).toMatch(/Azure:\W* waiting since/);
    await orderOf(id, "state = 'refused', code = 'refused', settled_at = now()");
    await admin().types(`/apim-user show ${email}`);
    await admin().sees(/Azure:\W* refused .*: Azure doesn't accept it/, WAIT_MS);
    await admin().clicks('Retry');
    await admin().sees(/Sending it to Azure again/, WAIT_MS);
    await orderOf(id, "state = 'done', settled_at = now()");
    await admin().types(`/apim-user show ${email}`);
    await admin().sees(/Azure:\W* done/, WAIT_MS);
  });

  it('says that nothing is written while the service only watches', async () => {
    const { email } = await account();
    await bindMirror(beside.sql, 'default', 'watch');
    await admin().types(`/apim-user block ${email} sent spam`);
    await admin().sees(/Azure:\W* not written, because this service only watches/, WAIT_MS);
  });
});
