// What Slack gets back for a request: the answer itself when the work is done within a second.
import { expect, it } from 'vitest';
import { startTestApp } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';

const app = forAllTests(startTestApp);

const callsSince = (calls: number) =>
  app
    .everythingSent()
    .slice(calls)
    .map(({ method }) => method)
    .filter((method) => ['response_url', 'views.update', 'views.open'].includes(method));

/** Sends until the work was done within the second: a slow machine only tries more often. */
const inTime = <T>(what: string, send: (round: number) => Promise<T | null | false>) => {
  let round = 0;
  return eventually(`${what} within a second`, () => send(round++));
};

it('T74: a command is done and answered in its acknowledgement, without a call to Slack', async () => {
  await inTime('a command', async (round) => {
    const calls = app.everythingSent().length;
    const email = `done-${round}@example.com`;
    const answer = await app.as('admin').types(`/apim-user invite ${email}`);
    if (!answer?.body) return null;
    expect(JSON.parse(answer.body)).toMatchObject({
      response_type: 'ephemeral',
      text: '1 invitation is on its way.',
    });
    expect(await app.sql`select 1 from invitations where email = ${email}`).toHaveLength(1);
    // The answer of an earlier round, which was too slow for its acknowledgement, may have come meanwhile.
    return callsSince(calls).length === 0;
  });
});

it('T74: a replayed command has no effect and gets nothing back', async () => {
  const admin = app.as('admin');
  await admin.types('/apim-user invite again@example.com');
  await admin.sees(/on its way/);
  const bodies = (await app.replay(3, 'command')).map(({ status, body }) => ({ status, body }));
  expect(bodies).toEqual(Array.from({ length: 3 }, () => ({ status: 200, body: '' })));
  expect(
    await app.sql`select 1 from audit where operation = 'invitations/invite' and outcome = 'refused'`,
  ).toEqual([]);
});

it('T74: a submission is answered in its acknowledgement, and a refused one keeps what was typed there', async () => {
  const admin = app.as('admin');
  await admin.types('/apim-user add first@example.com First Person');
  await admin.sees(/Added/);
  await inTime('two submissions', async (round) => {
    await admin.types('/apim-user add');
    const modal = await admin.modal(/Add/);
    await modal.fill({ Email: 'first@example.com', 'First name': 'Sue', 'Last name': 'Fern' });
    const calls = app.everythingSent().length;
    await modal.submit();
    await modal.sees(':warning:');
    expect(await modal.value('First name')).toBe('Sue');
    await modal.fill({ Email: `sue-${round}@example.com` });
    await modal.submit();
    await modal.sees(/Added .+: the account is/);
    await modal.closeAll();
    return callsSince(calls).length === 0;
  });
});
