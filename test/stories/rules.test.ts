import { describe, expect, it } from 'vitest';
import { startTestApp } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { createPortalDriver, PASSWORD } from '../support/portal.ts';
import { textOf } from '../support/visitor.ts';

const app = forAllTests(() => startTestApp({ TRUSTED_PROXIES: '127.0.0.1', SIGN_UP: 'approval' }));
const portal = createPortalDriver(app);
const admin = () => app.as('admin');

const CONFIRM = /confirm your email for/i;
const REFUSED = 'You can’t sign up with this email.';
const signUp = (email: string, more: Record<string, string> = {}) =>
  portal.visitor().post('/portal/sign-up', { email, firstName: 'Ann', lastName: 'Lee', ...more });
const confirm = async (email: string) =>
  portal
    .visitor()
    .post('/email/confirm', { ticket: await portal.ticketTo(email, CONFIRM), password: PASSWORD });
async function comesIn(email: string): Promise<string> {
  expect((await signUp(email)).status).toBe(200);
  return textOf(await (await confirm(email)).text());
}
const rulesList = async () => {
  await admin().types('/apim-user rules');
  return admin().message(/^\*?Rules/);
};
async function opens(entry: 'Add' | 'Edit' | 'Delete', of?: string) {
  const list = await rulesList();
  await (entry === 'Add' ? list.clicks('Add') : list.chooses(entry, of));
  return admin().modal(`${entry} a rule`);
}
/** Adds or edits a rule, and returns what its preview said. */
async function saves(fields: Record<string, string | string[]>, edited?: string): Promise<string> {
  const modal = await opens(edited ? 'Edit' : 'Add', edited);
  await modal.fill(fields);
  await modal.submit();
  const preview = await modal.sees(/people who are here already|no one to try it on|concerns none/);
  await modal.submit();
  await modal.sees(/Saved: /);
  await modal.closeAll();
  return preview;
}
const accountOf = async (email: string) =>
  (
    await app.sql`select a.state, a.id, array_remove(array_agg(g.name), null) as groups from accounts a
      left join account_groups x on x.account_id = a.id left join groups g on g.id = x.group_id
      where email_canonical = ${email} group by a.id, a.state`
  )[0];
const subscriptionsOf = (email: string) =>
  app.sql`select s.state, p.name as product from subscriptions s join accounts a on a.id = s.account_id
    join products p on p.id = s.product_id where a.email_canonical = ${email}`;

describe('rules by email domain', () => {
  it('let a domain in at once, with its group and its first product', async () => {
    await admin().types('/apim-user groups');
    await admin().clicks('Create');
    const group = await admin().modal('Create a group');
    await group.fill({ Name: 'Partners' });
    await group.submit();
    await group.closeAll();
    await portal.publishes('Starter', {
      Approval: ['An operator approves each subscription'],
      Terms: 'Be kind.',
    });

    expect(await comesIn('early@acme.com')).toContain('still has to approve your account');
    expect(await rulesList().then((list) => list.text())).toContain('There are no rules yet');
    const preview = await saves({
      'Emails at': 'ACME.com',
      'Who signs up': 'Comes in at once',
      Groups: ['Partners'],
      'First products': ['Starter'],
      Approval: ['These subscriptions are approved at once'],
    });
    expect(preview).toMatch(
      /concerns \*1\* of the one person.*\*1\* would have come in at once: Ann Lee.*1 of them.*say otherwise/s,
    );
    expect(preview).toMatch(/joins Partners · gets Starter, approved at once/);

    expect(await comesIn('ann@acme.com')).toContain('Next: sign in');
    expect(await accountOf('ann@acme.com')).toMatchObject({ state: 'active', groups: ['Partners'] });
    await eventually('the subscription', async () => (await subscriptionsOf('ann@acme.com')).length === 1);
    expect(await subscriptionsOf('ann@acme.com')).toEqual([{ state: 'active', product: 'Starter' }]);
    // Its terms wait for the developer, and its keys wait for that.
    const ann = await portal.signedIn('ann@acme.com');
    expect(await ann.reads('/portal/subscriptions')).toMatch(/terms/i);
    // Nobody who was here already gets in, or gets anything.
    expect(await accountOf('early@acme.com')).toMatchObject({ state: 'pending', groups: [] });
    await admin().types('/apim-user activate early@acme.com');
    await admin().sees(/Activated/);
    await eventually(
      'the gifts of the operator’s yes',
      async () => (await subscriptionsOf('early@acme.com')).length,
    );
    expect(await accountOf('early@acme.com')).toMatchObject({ state: 'active', groups: ['Partners'] });
    await admin().types('/apim-user history ann@acme.com');
    expect(await admin().sees(/confirmed the email/)).toMatch(/rule: acme\.com/);
  });

  it('T145: refuse a domain with the same words for every email of it, known or not', async () => {
    const known = await portal.developer('known@rival.com');
    await admin().types('/apim-user invite asked@rival.com');
    await portal.mailTo('asked@rival.com', /invited/);
    await saves({ 'Emails at': '*.rival.com', 'Who signs up': 'Is refused' });
    const shown = new Set<string>();
    for (const email of [known, 'asked@rival.com', 'new@rival.com']) {
      const answer = await signUp(email);
      expect(answer.status).toBe(422);
      shown.add((await answer.text()).replaceAll(email, 'EMAIL'));
    }
    expect([...shown]).toEqual([expect.stringContaining(REFUSED)]);
    // Whom an operator invites, no rule refuses.
    const ticket = await portal.ticketTo('asked@rival.com', /invited/);
    const form = { ticket, firstName: 'Ann', lastName: 'Lee', password: PASSWORD };
    expect((await portal.visitor().post('/invitations/accept', form)).status).toBeLessThan(400);
    expect(await accountOf('asked@rival.com')).toMatchObject({ state: 'active' });
    expect((await signUp('a@mx.rival.com')).status).toBe(422);
    expect((await signUp('a@notrival.com')).status).toBe(200);
  });

  it('make a list of allowed domains, give everyone a first product, and refuse throw-away mailboxes', async () => {
    await saves({ 'Emails at': 'disposable', 'Who signs up': 'Is refused' });
    expect((await signUp('a@mailinator.com')).status).toBe(422);
    expect(await saves({ 'Emails at': '*', 'First products': ['Starter'] })).toMatch(/concerns none of/);
    expect(await comesIn('else@elsewhere.com')).toContain('still has to approve');
    await admin().types('/apim-user activate else@elsewhere.com');
    await eventually('a request', async () => (await subscriptionsOf('else@elsewhere.com')).length === 1);
    expect(await subscriptionsOf('else@elsewhere.com')).toEqual([{ state: 'submitted', product: 'Starter' }]);
    expect(await saves({ 'Who signs up': 'Is refused' }, 'Everyone else')).toMatch(
      /would have been refused: .*say otherwise/s,
    );
    expect((await signUp('late@elsewhere.com')).status).toBe(422);
    expect(await comesIn('late@acme.com')).toContain('Next: sign in');
  });

  it('are saved only as they were previewed, and not over what another admin saved', async () => {
    const modal = await opens('Add');
    await modal.fill({ 'Emails at': 'not a domain' });
    await modal.submit();
    expect(modal.errors()).toEqual({
      'Emails at': expect.stringMatching(/Must be a domain such as acme\.com/),
    });
    await modal.fill({ 'Emails at': 'acme.com' });
    await modal.submit();
    await modal.sees(/There is a rule for this domain already/);
    await modal.closeAll();

    const [first, second] = [await rulesList(), await rulesList()];
    await second.chooses('Edit', 'acme.com');
    const faster = await admin().modal('Edit a rule');
    await faster.fill({ 'Who signs up': 'Waits for an operator' });
    await faster.submit();
    await faster.sees(/would have waited for an operator/);
    // What was previewed is not what is sent now, so it is previewed again.
    await faster.fill({ 'Who signs up': 'Is refused' });
    await faster.submit();
    await faster.sees(/would have been refused/);
    await faster.submit();
    await faster.sees(/Saved: /);
    await faster.closeAll();
    await first.chooses('Delete', 'acme.com');
    const late = await admin().modal('Delete a rule');
    await late.submit();
    await late.sees(/Someone changed this after you opened it/);
    await late.closeAll();
    expect((await signUp('ben@acme.com')).status).toBe(422);
    const removal = await opens('Delete', 'acme.com');
    expect(await removal.sees(/Without it:/)).toMatch(/would have been refused/);
    await removal.submit();
    await removal.sees(/Deleted the rule for/);
    await removal.closeAll();
    const last = await opens('Delete', 'Everyone else');
    await last.submit();
    await last.sees(/Deleted the rule for/);
    await last.closeAll();
    expect(await accountOf('ann@acme.com')).toMatchObject({ state: 'active', groups: ['Partners'] });
  });
});

describe('an email that is likely mistyped', () => {
  it('T146: is asked back in the portal, alike for every email, and either answer goes on', async () => {
    await admin().types('/apim-user add qknown@hotmial.com Ann Lee');
    await admin()
      .message(/Did you mean/)
      .then((asked) => asked.clicks('Add qknown@hotmial.com'));
    await portal.mailTo('qknown@hotmial.com', /Welcome/);
    const shown = new Set<string>();
    for (const email of ['qknown@hotmial.com', 'qother@hotmial.com']) {
      const answer = await signUp(email);
      expect(answer.status).toBe(200);
      shown.add((await answer.text()).replaceAll(email.split('@')[0] ?? '', 'LOCAL'));
    }
    expect([...shown]).toEqual([expect.stringContaining('Did you mean LOCAL@hotmail.com?')]);
    const asked = async (email: string) => {
      const html = await (await signUp(email)).text();
      const valuesOf = (tag: RegExp) =>
        [...html.matchAll(tag)].map(([found]) => ({
          name: /name="(\w+)"/.exec(found)?.[1],
          value: /value="([^"]*)"/.exec(found)?.[1] ?? '',
        }));
      const hidden = valuesOf(/<input[^>]* type="hidden"[^>]*>/g);
      const choice = valuesOf(/<button[^>]* name="email"[^>]*>/g).map(({ value }) => value);
      return { choice, fields: Object.fromEntries(hidden.map(({ name, value }) => [name, value])) };
    };
    const { choice, fields } = await asked('ann@iclod.com');
    expect(choice).toEqual(['ann@icloud.com', 'ann@iclod.com']);
    expect(fields).toMatchObject({ firstName: 'Ann', lastName: 'Lee' });
    for (const email of choice) {
      expect((await portal.visitor().post('/portal/sign-up', { ...fields, email })).status).toBe(200);
      await portal.mailTo(email, CONFIRM);
    }
    // To keep one email says nothing about another.
    const other = await portal.visitor().post('/portal/sign-up', { ...fields, email: 'ann@outlok.com' });
    expect(await other.text()).toContain('Did you mean ann@outlook.com?');
  });

  it('is asked back in Slack, unless an account here has its domain', async () => {
    await admin().types('/apim-user invite ann@gmial.com ben@example.org bea@hotmial.com');
    const said = await admin().message(/2 invitations are on their way/);
    expect(said.text()).toMatch(/ann@gmial\.com: not invited yet\. Did you mean \*?ann@gmail\.com/);
    await said.clicks('Invite ann@gmail.com');
    await portal.mailTo('ann@gmail.com', /invited/);
    await said.clicks('Invite ann@gmial.com');
    await admin().sees(/1 invitation is on its way/);
    await portal.mailTo('ann@gmial.com', /invited/);

    for (const name of ['one', 'two']) await portal.developer(`${name}@friendly.example`);
    await admin().types('/apim-user add carl@freindly.example Carl Lee');
    const asked = await admin().message(/Did you mean \*?carl@friendly\.example/);
    await admin().types('/apim-user add');
    const modal = await admin().modal('Add an account');
    await modal.fill({ Email: 'dora@freindly.example', 'First name': 'Dora', Note: 'a note' });
    await modal.submit();
    await modal.sees(/Did you mean \*?dora@friendly\.example/);
    expect([await modal.value('First name'), await modal.value('Note')]).toEqual(['Dora', 'a note']);
    await modal.submit();
    await modal.sees(/Added Dora/);
    await modal.closeAll();
    await asked.clicks('Add carl@friendly.example');
    await admin().sees(/Added Carl Lee/);
    expect(await accountOf('carl@friendly.example')).toMatchObject({ state: 'active' });
  });
});
