import { beforeAll, describe, expect, it } from 'vitest';
import { askWhoChanged } from '../../../src/jobs/azure-who.ts';
import { addAccount } from '../../../src/operations/accounts/add.ts';
import { deleteAccount } from '../../../src/operations/accounts/delete.ts';
import { editAccount } from '../../../src/operations/accounts/edit.ts';
import { listDrifts } from '../../../src/operations/azure/list-drifts.ts';
import { settleDrift } from '../../../src/operations/azure/settle-drift.ts';
import { showMirror } from '../../../src/operations/azure/show.ts';
import { showDrift } from '../../../src/operations/azure/show-drift.ts';
import { planDriftCards } from '../../../src/operations/cards/plan-drift.ts';
import { sweepCards } from '../../../src/operations/cards/sweep.ts';
import { driftCard } from '../../../src/slack/present/azure-drift.ts';
import { ADMIN, APPROVER, createTestContext, refusalOf, SYSTEM } from '../../support/context.ts';
import { forAllTests } from '../../support/for-all-tests.ts';
import { azureUser, bindMirror, readInAzure } from '../../support/mirror.ts';

const t = forAllTests(createTestContext);
beforeAll(() => bindMirror(t.sql, 'ours', 'add'));

const system = () => t.as(SYSTEM);
let count = 0;

/** An account that Azure has too, equal on both sides. */
async function mirrored() {
  count += 1;
  const id = `ann${count}`;
  const user = azureUser(id);
  const { account } = await addAccount(t.as(ADMIN), {
    ...{ accountId: id, email: user.email, firstName: 'Ann', lastName: 'Lee' },
  });
  await readInAzure(system(), user, id);
  t.advance(5 * 60_000);
  return { id, user, accountId: account.id };
}
/** Its note is "from here" here and "from there" in Azure. */
async function differing() {
  const one = await mirrored();
  await editAccount(t.as(ADMIN), { accountId: one.accountId, note: 'from here' });
  await readInAzure(system(), { ...one.user, note: 'from there' }, one.id);
  return { ...one, drift: await driftOf(one.id) };
}
async function driftOf(id: string) {
  const { drifts } = await listDrifts(t.as(ADMIN), { limit: 1000 });
  const found = drifts.find(({ azureId }) => azureId === id);
  if (!found) throw new Error('there is no difference');
  return found;
}
const memoryOf = async (id: string) => {
  const [row] = await t.sql`select memory from azure_things where service_id = 'ours' and id = ${id}`;
  return row?.memory as { agreed: Record<string, string>; decidedBy: object; left: object };
};
const looksFor = async (id: string) =>
  (
    await t.sql`select from graphile_worker.jobs where task_identifier = 'azure-look'
    and key = ${`azure-look:ours:account:${id}`}`
  ).length;

describe('a difference with Azure', () => {
  it('shows both values, and why a person is asked', async () => {
    const { drift } = await differing();
    expect(drift).toMatchObject({
      ...{ field: 'note', reason: 'both-changed', isAsked: true, state: 'open', mode: 'add' },
      values: { ours: 'from here', theirs: 'from there' },
    });
    expect(drift.label).toContain('Ann Lee');
    expect(drift.ourRow?.id).toBe(drift.ourId);
  });

  it('ends with the decision, which is remembered, and the thing is looked at again', async () => {
    for (const decision of ['take', 'keep'] as const) {
      const { id, drift } = await differing();
      const before = await memoryOf(id);
      const settled = await settleDrift(t.as(APPROVER), { driftId: drift.id, decision });
      expect(settled).toMatchObject({
        state: decision === 'take' ? 'taken' : 'kept',
        settledByName: 'Abe Approver',
      });
      const after = await memoryOf(id);
      expect(after.agreed.note).not.toBe(before.agreed.note);
      expect(after.decidedBy).toMatchObject({ note: decision === 'take' ? 'azure' : 'ours' });
      expect(await looksFor(id)).toBe(1);
      expect(await refusalOf(settleDrift(t.as(ADMIN), { driftId: drift.id, decision: 'leave' }))).toBe(
        'drift_ended',
      );
      const [row] = await t.sql`select sealed from azure_drifts where id = ${drift.id}`;
      expect(row).toEqual({ sealed: null });
    }
  });

  it('that is left alone is open again only when a side changes', async () => {
    const { id, user, drift } = await differing();
    await settleDrift(t.as(APPROVER), { driftId: drift.id, decision: 'leave' });
    await readInAzure(system(), { ...user, note: 'from there' }, id);
    await expect(driftOf(id)).rejects.toThrow('no difference');
    await readInAzure(system(), { ...user, note: 'new there' }, id);
    expect(await driftOf(id)).toMatchObject({ values: { theirs: 'new there' } });
  });

  it('is decided on nothing but the values that the person saw', async () => {
    const { id, user, drift, accountId } = await differing();
    await editAccount(t.as(ADMIN), { accountId, note: 'newer here' });
    const decision = { driftId: drift.id, decision: 'keep' as const };
    expect(await refusalOf(settleDrift(t.as(ADMIN), decision))).toBe('drift_changed');
    await readInAzure(system(), { ...user, note: 'from there' }, id);
    const stale = { ...decision, expectedVersion: drift.version };
    expect(await refusalOf(settleDrift(t.as(ADMIN), stale))).toBe('drift_changed');
    const { version, values } = await driftOf(id);
    expect(values?.ours).toBe('newer here');
    expect(await refusalOf(settleDrift(t.as(ADMIN), { ...decision, expectedVersion: version }))).toBe('done');
  });

  it('is over once both sides are equal', async () => {
    const { id, user, drift } = await differing();
    await readInAzure(system(), { ...user, note: 'from here' }, id);
    expect(await showDrift(t.as(ADMIN), { driftId: drift.id })).toMatchObject({
      state: 'gone',
      values: null,
    });
    expect(await refusalOf(settleDrift(t.as(ADMIN), { driftId: drift.id, decision: 'take' }))).toBe(
      'drift_ended',
    );
  });
});

describe('a thing that one side lacks', () => {
  it("can't be taken over from Azure where it is gone there: that is a deletion, which has its own operation", async () => {
    const { id, accountId } = await mirrored();
    await readInAzure(system(), null, id);
    const drift = await driftOf(id);
    expect(drift).toMatchObject({ field: 'exists', reason: 'gone-there', isThere: false, isHere: true });
    expect(drift.ourRow).toMatchObject({ id: accountId });
    expect(await refusalOf(settleDrift(t.as(ADMIN), { driftId: drift.id, decision: 'take' }))).toBe(
      'drift_gone_there',
    );
  });

  it('is deleted in Azure, or brought back, by an admin only', async () => {
    const { id, user, accountId } = await mirrored();
    await deleteAccount(t.as(ADMIN), { accountId });
    await readInAzure(system(), { ...user, note: 'changed there' }, id);
    const drift = await driftOf(id);
    expect(drift).toMatchObject({ field: 'exists', reason: 'deleted-here', isHere: false });
    for (const decision of ['take', 'keep'] as const)
      expect(await refusalOf(settleDrift(t.as(APPROVER), { driftId: drift.id, decision }))).toBe(
        'not_permitted',
      );
    expect(await refusalOf(settleDrift(t.as(ADMIN), { driftId: drift.id, decision: 'keep' }))).toBe('done');
  });
});

describe('the cards of differences', () => {
  const plan = (driftId: string) => planDriftCards(system(), { driftId, channels: ['C0CARDS'] });
  const clear = () => t.sql`delete from azure_drifts`;

  it('are at most twenty; the next one comes once one is decided', async () => {
    await clear();
    const drifts = [];
    for (let made = 0; made < 21; made++) drifts.push((await differing()).drift);
    const [first, ...others] = drifts;
    const last = others.at(-1);
    if (!first || !last) throw new Error('there are none');
    for (const { id } of drifts) await plan(id);
    const cards = await t.sql`select drift_id from cards where drift_id is not null`;
    expect(cards).toHaveLength(20);
    expect((await plan(last.id)).cards).toEqual([]);
    await settleDrift(t.as(ADMIN), { driftId: first.id, decision: 'leave' });
    await t.sql`delete from graphile_worker._private_jobs`;
    await plan(first.id);
    const queued = await t.sql`select key from graphile_worker.jobs where task_identifier = 'repaint-drift'`;
    expect(queued).toEqual([{ key: `drift:ours:${last.id}` }]);
    expect((await plan(last.id)).cards).toHaveLength(1);
  });

  it('are not for what only we changed while the service watches: it is listed', async () => {
    await clear();
    await bindMirror(t.sql, 'ours', 'watch');
    const { id, user, accountId } = await mirrored();
    await editAccount(t.as(ADMIN), { accountId, note: 'from here' });
    await readInAzure(system(), user, id);
    const drift = await driftOf(id);
    expect(drift).toMatchObject({ reason: 'changed-here', isAsked: false });
    expect((await plan(drift.id)).cards).toEqual([]);
    expect(await showMirror(t.as(APPROVER), {})).toMatchObject({ mode: 'watch', differences: 1 });
    await bindMirror(t.sql, 'ours', 'add');
  });

  it('say who changed it in Azure, once the activity log has told', async () => {
    await clear();
    const { id, drift } = await differing();
    await plan(drift.id);
    const asked = await t.sql`select from graphile_worker.jobs where key = ${`azure-who:ours:${drift.id}`}`;
    expect(asked).toHaveLength(1);
    const lastChange = async (kind: string, thing: string) =>
      kind === 'account' && thing === id
        ? { who: 'bo@contoso.example', at: new Date('2026-01-02T10:02:00Z') }
        : null;
    const azure = () => ({ path: '', withKeys: false, open: async () => ({ lastChange }) }) as never;
    await askWhoChanged({ system, azure }, { serviceId: 'ours', driftId: drift.id });
    const { drift: shown } = await plan(drift.id);
    expect(driftCard(shown, { isExposed: false }).blocks).toContainEqual(
      expect.objectContaining({
        text: expect.objectContaining({ text: expect.stringMatching(/by bo@contoso/) }),
      }),
    );
    expect(JSON.stringify(driftCard(shown, { isExposed: true }))).not.toContain('bo@contoso');
  });

  it('are queued again by the sweep when their job was lost', async () => {
    await clear();
    const { drift } = await differing();
    await t.sql`delete from graphile_worker._private_jobs`;
    t.advance(2 * 60_000);
    await sweepCards(system(), {});
    const queued = await t.sql`select key from graphile_worker.jobs where task_identifier = 'repaint-drift'`;
    expect(queued).toEqual([{ key: `drift:ours:${drift.id}` }]);
  });
});
