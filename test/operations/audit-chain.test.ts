import { beforeAll, describe, expect, it } from 'vitest';
import { addAccount } from '../../src/operations/accounts/add.ts';
import { blockAccount } from '../../src/operations/accounts/block.ts';
import { deleteAccount } from '../../src/operations/accounts/delete.ts';
import { eraseAccount } from '../../src/operations/accounts/erase.ts';
import { decideApproval } from '../../src/operations/approvals/decide.ts';
import { linkAudit } from '../../src/operations/audit/link.ts';
import { verifyAudit } from '../../src/operations/audit/verify.ts';
import { requestInvitation } from '../../src/operations/invitations/request.ts';
import { ADMIN, createTestContext, type ServiceId, SYSTEM, slackActor } from '../support/context.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { createCapturedLog } from '../web/serve.ts';

const HOUR_MS = 3_600_000;

const t = forAllTests(createTestContext);

async function linkAll(service: ServiceId = 'ours') {
  const linked = [];
  for (;;) {
    const some = await linkAudit(t.as(SYSTEM, service), {});
    if (some.length === 0) return linked;
    linked.push(...some);
  }
}
const verify = (head?: { number: number; hash: string }) => verifyAudit(t.as(ADMIN), head ? { head } : {});

/** The problem that verifying finds after a change that only the database owner can make; the change is reverted. */
async function afterTampering(statement: string, head?: { number: number; hash: string }) {
  await t.sql.unsafe(`
    create table saved_audit as select * from audit; create table saved_links as select * from audit_links;
    alter table audit disable trigger user; alter table audit_links disable trigger user`);
  try {
    await t.sql.unsafe(statement);
    return (await verify(head)).problem;
  } finally {
    await t.sql.unsafe(`
      delete from audit_links; insert into audit_links select * from saved_links;
      delete from audit where id not in (select id from saved_audit);
      insert into audit select * from saved_audit on conflict (service_id, id) do update set
        actor_name = excluded.actor_name, outcome = excluded.outcome, at = excluded.at,
        target_id = excluded.target_id, code = excluded.code;
      drop table saved_audit; drop table saved_links;
      alter table audit enable trigger user; alter table audit_links enable trigger user`);
  }
}

describe('T57: verifying a chain of 1,000 audit rows', () => {
  let head: { number: number; hash: string };
  const rowAt = async (number: number) => {
    const [row] =
      await t.sql`select audit_id from audit_links where service_id = 'ours' and number = ${number}`;
    return row?.audit_id as string;
  };
  beforeAll(async () => {
    const { account } = await addAccount(t.as(ADMIN), {
      email: 'a@example.com',
      firstName: 'A',
      lastName: 'B',
    });
    await Promise.all(
      Array.from({ length: 999 }, () =>
        blockAccount(t.as(ADMIN), { accountId: account.id, expectedVersion: 99 }).catch(() => {}),
      ),
    );
    await linkAll();
    const verified = await verify();
    expect(verified.problem).toBeNull();
    expect(verified.rows).toBeGreaterThanOrEqual(1_000);
    head = verified.head as typeof head;
  });

  it('names a changed row, in any column that can change', async () => {
    const id = await rowAt(500);
    for (const change of [
      `actor_name = 'Nobody'`,
      `outcome = 'done'`,
      `at = at + interval '1 ms'`,
      `target_id = 'another'`,
      'code = null',
    ]) {
      expect(await afterTampering(`update audit set ${change} where id = '${id}'`)).toEqual({
        what: 'row changed',
        number: 500,
        auditId: id,
      });
    }
  });

  it('names a removed row, also when its link was removed with it', async () => {
    const id = await rowAt(400);
    expect(await afterTampering(`delete from audit where id = '${id}'`)).toMatchObject({
      what: 'row removed',
      auditId: id,
    });
    expect(
      await afterTampering(
        `delete from audit where id = '${id}'; delete from audit_links where audit_id = '${id}'`,
      ),
    ).toMatchObject({ what: 'link removed', number: 400 });
  });

  it('names the first of two swapped rows', async () => {
    const [one, other] = [await rowAt(300), await rowAt(301)];
    const swap = `update audit_links set audit_id = case audit_id when '${one}'::uuid then '${other}'::uuid else '${one}'::uuid end
      where audit_id in ('${one}', '${other}')`;
    const free = 'drop index audit_links_of_row';
    const again = 'create unique index audit_links_of_row on audit_links (service_id, audit_id)';
    await t.sql.unsafe(free);
    expect(await afterTampering(swap)).toMatchObject({ what: 'row changed', number: 300 });
    await t.sql.unsafe(again);
  });

  it('names an inserted row once it is older than any transaction can still commit', async () => {
    const id = await rowAt(200);
    const forged = id.replace(/^.{8}/, (time) =>
      (Number.parseInt(time, 16) - 120).toString(16).padStart(8, '0'),
    );
    const insert = `insert into audit select (jsonb_populate_record(null::audit, to_jsonb(one) || '{"id": "${forged}"}')).*
      from audit one where id = '${id}'`;
    t.advance(2 * HOUR_MS);
    expect(await afterTampering(insert)).toMatchObject({ what: 'row added', auditId: forged });
  });

  it('finds a cut tail by comparing with a head that was kept elsewhere', async () => {
    const cut = `delete from audit where id in (select audit_id from audit_links where number > ${head.number - 10});
      delete from audit_links where number > ${head.number - 10}`;
    expect(await afterTampering(cut)).toBeNull();
    expect(await afterTampering(cut, head)).toMatchObject({ what: 'end cut off' });
  });

  it('finds that a rebuilt chain is not the one whose head was kept', async () => {
    expect((await verify({ ...head, hash: 'f'.repeat(64) })).problem).toMatchObject({
      what: 'another chain',
      number: head.number,
    });
    expect((await verify(head)).problem).toBeNull();
  });

  it('relies on links that the database refuses to change', async () => {
    for (const statement of [
      `update audit_links set hash = 'x'`,
      'delete from audit_links',
      'truncate audit_links',
    ])
      await expect(t.sql.unsafe(statement)).rejects.toMatchObject({ code: '42501' });
  });
});

describe('T58: 200 concurrent operations in each of two services', () => {
  it('make two chains of 200 links without a fork while 20 linking jobs run', async () => {
    await linkAll();
    const [before] =
      await t.sql`select max(number)::int as number from audit_links where service_id = 'ours'`;
    const adding = Array.from({ length: 400 }, (_, n) =>
      addAccount(t.as(ADMIN, n % 2 ? 'ours' : 'theirs'), {
        email: `c${n}@example.com`,
        firstName: 'C',
        lastName: 'D',
      }),
    );
    const linking = Array.from({ length: 20 }, (_, n) =>
      linkAudit(t.as(SYSTEM, n % 2 ? 'ours' : 'theirs'), {}),
    );
    await Promise.all([...adding, ...linking]);
    await linkAll();
    await linkAll('theirs');
    const [after] =
      await t.sql`select max(number)::int as number, count(*)::int as links from audit_links where service_id = 'ours'`;
    expect(after?.number - before?.number).toBe(200);
    expect(after?.links).toBe(after?.number);
    expect((await verify()).problem).toBeNull();
    expect((await verifyAudit(t.as(ADMIN, 'theirs'), {})).problem).toBeNull();
  });

  it('do not wait for the lock on a chain, nor does the chain of the other service', async () => {
    await t.sql.begin(async (holding) => {
      await holding`select id from services where id = 'ours' for no key update`;
      const added = await addAccount(t.as(ADMIN), {
        email: 'held@example.com',
        firstName: 'H',
        lastName: 'E',
      });
      expect(added.account.state).toBe('active');
      await addAccount(t.as(ADMIN, 'theirs'), { email: 'held@example.com', firstName: 'H', lastName: 'E' });
      expect(await linkAll('theirs')).toHaveLength(1);
    });
    expect(await linkAll()).toHaveLength(1);
  });
});

it('T69: a requester and an approver with hostile names each make one short log line with number and hash', async () => {
  await linkAll();
  const hostile = `Ann\n{"level":50}\r\u001b[31m\u009b\u2028${'é"\\'.repeat(350_000)}`;
  const { approvalId } = await requestInvitation(t.as(slackActor('U0MEMBER', hostile)), {
    email: 'wanted@example.com',
    why: hostile.slice(0, 400),
  });
  await decideApproval(t.as(slackActor('U0APPROVER', hostile)), {
    approvalId,
    decision: 'decline',
    reason: hostile.slice(0, 400),
  });
  const linked = await linkAll();
  expect(linked.map(({ row }) => row.operation)).toEqual(['invitations/request', 'approvals/decide']);
  const { log, logged } = createCapturedLog();
  for (const { number, hash, row } of linked) log.info({ audit: { number, hash, ...row } });
  const lines = logged.join('').split('\n');
  expect(lines.pop()).toBe('');
  expect(lines).toHaveLength(linked.length);
  for (const [index, line] of lines.entries()) {
    expect(line).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
    expect(Buffer.byteLength(line)).toBeLessThanOrEqual(8 * 1_024);
    const { audit } = JSON.parse(line) as { audit: string };
    expect(audit).toContain(`"number":${linked[index]?.number},"hash":"${linked[index]?.hash}"`);
  }
});

it('erasing an account removes personal data from the audit and leaves the chain valid', async () => {
  const { account } = await addAccount(t.as(ADMIN), {
    email: 'gone@example.com',
    firstName: 'Gone',
    lastName: 'Soon',
  });
  await deleteAccount(t.as(ADMIN), { accountId: account.id, reason: 'gone@example.com asked' });
  await linkAll();
  t.advance(31 * 24 * HOUR_MS);
  await eraseAccount(t.as(SYSTEM), { accountId: account.id });
  await linkAll();
  expect((await verify()).problem).toBeNull();
  const left =
    await t.sql`select 1 from audit_details where (before::text || after::text || reason) like '%gone@example%'`;
  expect(left).toHaveLength(0);
});
